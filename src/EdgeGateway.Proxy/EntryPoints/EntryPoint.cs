using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.EntryPoints.Engine;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Tls;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>
/// One TCP entry point: the life of a connection (design decisions 1 to 5).
/// <list type="number">
/// <item>bound with all others before anything starts; until it accepts, clients wait in the kernel's queue;</item>
/// <item>accepted by our own loop, without a thread of its own;</item>
/// <item>PROXY protocol: its place is here, it comes with layer 4;</item>
/// <item>first bytes read within the read time-out; a silent client costs a socket and one small buffer, nothing else;</item>
/// <item>told apart: TLS, HTTP/2 in the clear, HTTP/1.x; TCP routers choose here, they come with layer 4;</item>
/// <item>TLS is terminated, with the certificate of the name that the client asked for;</item>
/// <item>handed to the HTTP engine, which owns it to its end;</item>
/// <item>at the end of the process: still served for <c>requestAcceptGraceTimeout</c>, then no new ones, running requests end within
/// <c>graceTimeOut</c>, what is left is reset.</item>
/// </list>
/// </summary>
public sealed partial class EntryPoint : IAsyncDisposable
{
    // Linux: SOL_SOCKET, SO_REUSEPORT (asm-generic/socket.h).
    private const int SolSocket = 1;
    private const int SoReusePort = 15;

    // Go listens with the kernel's maximum; 4096 is Linux's default of it since 5.4.
    private const int Backlog = 4096;

    // Large enough for a ClientHello with a post-quantum key share, and for most requests.
    private const int OpeningBuffer = 4096;

    // A handshake that takes longer is given up, as in Go's server.
    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    // Accepting fails when descriptors run out: waiting lets some close.
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    private readonly EntryPointConfig _config;
    private readonly CertificateStore _certificates;
    private readonly HttpEngine _engine;
    private readonly TimeProvider _time;
    private readonly ILogger<EntryPoint> _logger;
    private readonly ConcurrentDictionary<string, Connection> _open = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopped = new();
    private Socket? _listener;
    private Task _accepting = Task.CompletedTask;
    private long _connections;

    /// <summary>Makes the entry point; nothing is bound yet.</summary>
    public EntryPoint(
        string name, EntryPointConfig config, RequestHandler handler, CertificateStore certificates, ILoggerFactory loggers, TimeProvider time)
    {
        Name = name;
        _config = config;
        _certificates = certificates;
        _time = time;
        _logger = loggers.CreateLogger<EntryPoint>();
        _engine = new HttpEngine(config, handler, loggers, time, Find, connection => _open.TryRemove(connection.Id, out _));
    }

    /// <summary>Name in the configuration.</summary>
    public string Name { get; }

    /// <summary>The bound address; its port is the real one where 0 was asked for.</summary>
    public IPEndPoint? Bound { get; private set; }

    /// <summary>Failed TLS handshakes so far.</summary>
    public long HandshakeFailures => Volatile.Read(ref _handshakeFailures);

    private long _handshakeFailures;

    /// <summary>Step 1.</summary>
    /// <exception cref="EntryPointException">The address cannot be read or bound; the message names entry point and address.</exception>
    public void Bind()
    {
        try
        {
            var address = ListenAddress.Parse(_config.Address ?? "");
            var listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
            {
                listener.DualMode = address.Address.Equals(IPAddress.IPv6Any);
            }

            if (_config.ReusePort)
            {
                listener.SetRawSocketOption(SolSocket, SoReusePort, BitConverter.GetBytes(1));
            }

            listener.Bind(address);
            listener.Listen(Backlog);
            _listener = listener;
            Bound = (IPEndPoint)listener.LocalEndPoint!;
        }
        catch (Exception e) when (e is SocketException or FormatException)
        {
            throw new EntryPointException($"entry point \"{Name}\" cannot listen on {_config.Address}: {e.Message}", e);
        }
    }

    /// <summary>Step 2 begins.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        await _engine.StartAsync();
        _accepting = AcceptAsync(_listener ?? throw new InvalidOperationException("Bind comes first"));
    }

    /// <summary>Step 8. Returns when every connection has ended.</summary>
    public async Task StopAsync()
    {
        var lifeCycle = _config.Transport.LifeCycle;
        if (lifeCycle.RequestAcceptGraceTimeout > TimeSpan.Zero)
        {
            await Task.Delay(lifeCycle.RequestAcceptGraceTimeout, _time);
        }

        _stopped.Cancel();
        _listener?.Dispose();
        await _accepting;
        foreach (var connection in _open.Values)
        {
            // What has not reached the engine by now never will.
            if (connection.Requests == 0 && connection.Deadline != 0)
            {
                connection.Abort();
            }
        }

        using var grace = new CancellationTokenSource(lifeCycle.GraceTimeOut, _time);
        await _engine.StopAsync(grace.Token);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        _listener?.Dispose();
        await _engine.DisposeAsync();
        _stopped.Dispose();
    }

    private Connection? Find(string id) => _open.GetValueOrDefault(id);

    // Step 2.
    private async Task AcceptAsync(Socket listener)
    {
        while (!_stopped.IsCancellationRequested)
        {
            try
            {
                var socket = await listener.AcceptAsync(_stopped.Token);
                _ = ServeAsync(socket);
            }
            catch (Exception) when (_stopped.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException e)
            {
                if (e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
                {
                    LogAcceptFailed(_logger, Name, e.Message);
                    await Task.Delay(AcceptPause, _time);
                }

                // Else the client left before it was accepted.
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        Connection? connection = null;
        byte[]? opening = null;
        try
        {
            socket.NoDelay = true;
            connection = new Connection
            {
                Id = string.Create(CultureInfo.InvariantCulture, $"{Name}-{Interlocked.Increment(ref _connections)}"),
                EntryPoint = Name,
                Peer = ListenAddress.Unwrap(socket.RemoteEndPoint),
                Local = ListenAddress.Unwrap(socket.LocalEndPoint),
                AcceptedAt = _time.GetUtcNow(),
                AcceptedTimestamp = _time.GetTimestamp(),
                Deadline = 1,
            };
            connection.Attach(new OpeningControl(socket, connection));
            _open[connection.Id] = connection;

            // Step 3 has its place here.
            // Step 4.
            var (kind, length) = (OpeningKind.Undecided, 0);
            opening = ArrayPool<byte>.Shared.Rent(OpeningBuffer);
            var timeout = _config.Transport.RespondingTimeouts.ReadTimeout;
            using (var limit = timeout > TimeSpan.Zero ? new CancellationTokenSource(timeout, _time) : null)
            {
                while (kind == OpeningKind.Undecided)
                {
                    var count = await socket.ReceiveAsync(opening.AsMemory(length), SocketFlags.None, limit?.Token ?? default);
                    if (count == 0)
                    {
                        connection.SetEnd(ConnectionEnd.ClientClosed);
                        if (length == 0)
                        {
                            return;
                        }

                        // It said a beginning of the preface and no more: HTTP/1.x answers that.
                        kind = OpeningKind.Http1;
                        break;
                    }

                    connection.AddRead(count);
                    length += count;

                    // Step 5.
                    kind = ProtocolSniffer.Classify(opening.AsSpan(0, length));
                }
            }

            if (kind == OpeningKind.Tls)
            {
                await TerminateAsync(connection, socket, opening.AsSpan(0, length).ToArray());
            }
            else
            {
                connection.IsHttp2 = kind == OpeningKind.Http2;
                Hand(connection, socket, null, opening.AsSpan(0, length));
            }

            socket = null!;
        }
        catch (OperationCanceledException)
        {
            connection?.SetEnd(ConnectionEnd.OpeningTimeout);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
        {
            connection?.SetEnd(ConnectionEnd.ClientReset);
        }
        finally
        {
            if (opening is not null)
            {
                ArrayPool<byte>.Shared.Return(opening);
            }

            if (socket is not null)
            {
                if (connection is not null)
                {
                    _open.TryRemove(connection.Id, out _);
                }

                socket.Dispose();
            }
        }
    }

    // Step 6.
    private async Task TerminateAsync(Connection connection, Socket socket, byte[] prefix)
    {
        var tls = new SslStream(new ClientStream(socket, connection, prefix), leaveInnerStreamOpen: false);
        try
        {
            using (var limit = new CancellationTokenSource(HandshakeTimeout, _time))
            {
                await tls.AuthenticateAsServerAsync(
                    static (_, hello, state, _) =>
                    {
                        var (store, connection) = ((CertificateStore, Connection))state!;
                        connection.Sni = string.IsNullOrEmpty(hello.ServerName) ? null : hello.ServerName.ToLowerInvariant();
                        return new(store.OptionsFor(connection.Sni));
                    },
                    (_certificates, connection),
                    limit.Token);
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Whatever a stranger's bytes do to the handshake is one line at debug level and a number.
            Interlocked.Increment(ref _handshakeFailures);
            connection.SetEnd(ConnectionEnd.HandshakeFailed);
            LogHandshakeFailed(_logger, Name, connection.Peer, connection.Sni ?? "", e.InnerException?.Message ?? e.Message);
            await tls.DisposeAsync();
            socket.Dispose();
            _open.TryRemove(connection.Id, out _);
            return;
        }

        connection.IsTls = true;
        connection.TlsVersion = tls.SslProtocol;
        connection.Alpn = tls.NegotiatedApplicationProtocol.Protocol.Length == 0 ? null : tls.NegotiatedApplicationProtocol.ToString();
        connection.TlsCipher = tls.NegotiatedCipherSuite;
        connection.IsHttp2 = tls.NegotiatedApplicationProtocol == SslApplicationProtocol.Http2;
        Hand(connection, socket, tls, default);
    }

    // Step 7.
    private void Hand(Connection connection, Socket socket, SslStream? tls, ReadOnlySpan<byte> opening)
    {
        connection.Deadline = 0;
        var pipe = new ClientPipe(socket, tls, connection);
        if (!_engine.TryServe(pipe, connection, tls))
        {
            connection.Abort();
            _open.TryRemove(connection.Id, out _);
            return;
        }

        pipe.Start(opening);
    }

    [LoggerMessage(EventId = 1001, Level = LogLevel.Warning, Message = "Entry point {EntryPoint} cannot accept for the moment: {Reason} [EG-ACCEPT]")]
    private static partial void LogAcceptFailed(ILogger logger, string entryPoint, string reason);

    [LoggerMessage(EventId = 1002, Level = LogLevel.Debug, Message = "TLS handshake failed entryPoint={EntryPoint} peer={Peer} sni={Sni}: {Reason}")]
    private static partial void LogHandshakeFailed(ILogger logger, string entryPoint, IPEndPoint peer, string sni, string reason);
}
