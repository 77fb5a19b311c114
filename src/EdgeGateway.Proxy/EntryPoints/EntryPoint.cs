// The life of a connection:
//   1. Bind      the port is open, clients wait in the backlog
//   2. Accept    one loop, on the listener's own thread
//   3. PROXY     (place of the PROXY protocol: peer and local address are corrected here)
//   4. Opening   the first bytes tell TLS from HTTP/2 from HTTP/1, within readTimeout
//   5. Routing   (place of the TCP routers: relay, passthrough, or on to HTTP)
//   6. TLS       certificate by the name in the ClientHello, handshake within ten seconds
//   7. HTTP      our pipe goes to the engine, which calls the request handler until the connection ends
//   8. Drain     accept on for a while, close the port, tell connections to end, wait, cut
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.EntryPoints.Engine;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Snapshots;
using EdgeGateway.Proxy.Tls;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>A TCP port and everything that is connected to it. Bind, start, stop; each once, in this order.</summary>
public sealed partial class EntryPoint : IAsyncDisposable
{
    // Peers of a public port are slow, not that slow; net/http bounds the handshake by readTimeout only (design: 10 s).
    private static readonly TimeSpan HandshakeLimit = TimeSpan.FromSeconds(10);

    // Out of file descriptors: accepting again at once would spin.
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan LongestSweep = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestSweep = TimeSpan.FromMilliseconds(50);

    private static long s_lastId;

    private readonly EntryPointConfig _config;
    private readonly CertificateStore _certificates;
    private readonly SnapshotHolder _snapshots;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly HttpEngine _engine;
    private readonly ConcurrentDictionary<string, Connection> _connections = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private Socket? _listener;
    private Task _accepting = Task.CompletedTask;
    private Task _sweeping = Task.CompletedTask;

    /// <summary>Prepares an entry point; nothing is opened yet.</summary>
    /// <param name="name">As configured; log, metrics and routers know it by this name.</param>
    /// <param name="config">Address, limits and life cycle.</param>
    /// <param name="handler">Called for every request.</param>
    /// <param name="certificates">Asked once per handshake.</param>
    /// <param name="log">Log of the gateway.</param>
    /// <param name="time">Clock.</param>
    /// <param name="snapshots">Where the TLS options of a server name are looked up, once per handshake; null: the built-in default for all.</param>
    public EntryPoint(string name, EntryPointConfig config, RequestHandler handler, CertificateStore certificates, ILoggerFactory log,
        TimeProvider time, SnapshotHolder? snapshots = null)
    {
        _snapshots = snapshots ?? new SnapshotHolder();
        Name = name;
        _config = config;
        _certificates = certificates;
        _log = log.CreateLogger<EntryPoint>();
        _time = time;
        _engine = new HttpEngine(config, handler, log, time, id => _connections.GetValueOrDefault(id), Forget);
    }

    /// <summary>As configured.</summary>
    public string Name { get; }

    /// <summary>Where it listens, with the port that the system chose; null before <see cref="Bind"/>.</summary>
    public IPEndPoint? LocalEndPoint { get; private set; }

    /// <summary>Connections that are open now.</summary>
    public ICollection<Connection> Connections => _connections.Values;

    /// <summary>Number of open connections, without a copy.</summary>
    public int ConnectionCount => _connections.Count;

    /// <summary>Handshakes that failed.</summary>
    public HandshakeFaults HandshakeFaults { get; } = new();

    /// <summary>1. Opens the port. Clients that connect wait in the kernel until <see cref="StartAsync"/>.</summary>
    /// <exception cref="EntryPointBindException">The address is wrong, in use or not permitted.</exception>
    public void Bind()
    {
        try
        {
            _listener = ListenSocket.Open(EntryPointAddress.Parse(_config.Address), _config.ReusePort);
            LocalEndPoint = (IPEndPoint)_listener.LocalEndPoint!;
        }
        catch (Exception error) when (error is SocketException or FormatException)
        {
            throw new EntryPointBindException(Name, _config.Address ?? "", error);
        }
    }

    /// <summary>Starts to accept.</summary>
    public async Task StartAsync()
    {
        var listener = _listener ?? throw new InvalidOperationException("Bind first.");
        await _engine.StartAsync();
        _sweeping = SweepAsync();
        _accepting = AcceptAsync(listener);
    }

    /// <summary>
    /// 8. Serves on for <c>requestAcceptGraceTimeout</c>, closes the port, lets running requests end within
    /// <c>graceTimeOut</c> (answers say <c>Connection: close</c>, HTTP/2 gets GOAWAY), cuts the rest.
    /// </summary>
    public async Task StopAsync()
    {
        var lifeCycle = _config.Transport.LifeCycle;
        if (lifeCycle.RequestAcceptGraceTimeout > TimeSpan.Zero)
        {
            await Task.Delay(lifeCycle.RequestAcceptGraceTimeout, _time);
        }

        await _stopping.CancelAsync();
        await _accepting;
        _listener?.Dispose();
        foreach (var connection in _connections.Values)
        {
            if (connection.Deadline != 0)
            {
                connection.RequestClose(); // still opening: it has asked for nothing
            }
        }

        var grace = lifeCycle.GraceTimeOut > TimeSpan.Zero ? lifeCycle.GraceTimeOut : TimeSpan.Zero;
        using var limit = new CancellationTokenSource(grace, _time);
        await _engine.StopAsync(limit.Token);
        foreach (var connection in _connections.Values)
        {
            connection.Abort();
        }

        await _sweeping;
    }

    /// <summary>Closes what is left.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_stopping.IsCancellationRequested)
        {
            await _stopping.CancelAsync();
        }

        _listener?.Dispose();
        await _accepting;
        await _sweeping;
        await _engine.DisposeAsync();
        _stopping.Dispose();
    }

    // 2. One loop: a socket is accepted and started on the thread that found it, without a hop.
    private async Task AcceptAsync(Socket listener)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var socket = await listener.AcceptAsync(_stopping.Token);
                _ = ServeAsync(socket);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException error)
            {
                // A client that left before it was accepted costs nothing; no descriptor left needs a pause.
                if (error.SocketErrorCode is not (SocketError.ConnectionReset or SocketError.ConnectionAborted))
                {
                    LogAcceptFailed(_log, Name, error.Message);
                    await Task.Delay(AcceptPause, _time, CancellationToken.None);
                }
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        Connection? connection = null;
        ClientOpening? opening = null;
        SslStream? tls = null;
        var handedOver = false;
        try
        {
            connection = Adopt(socket);
            opening = new ClientOpening(socket, connection);

            // 3. The PROXY protocol belongs here: it may replace connection.Peer and connection.Local.

            // 4. First bytes.
            var kind = await opening.DetectAsync();
            if (kind == OpeningKind.Unknown || connection.End != ConnectionEnd.Open)
            {
                connection.SetEnd(ConnectionEnd.ClientClosed); // stays what it is if it was given up
                return;
            }

            // 5. TCP routers belong here; all there is goes to HTTP.

            // 6. TLS.
            if (kind == OpeningKind.Tls)
            {
                tls = await HandshakeAsync(connection, opening);
                if (tls is null)
                {
                    return;
                }
            }

            // 7. HTTP.
            connection.IsHttp2 = kind == OpeningKind.Http2 || connection.Alpn == "h2";
            Volatile.Write(ref connection.Deadline, 0);
            var pipe = new ClientPipe(socket, tls, connection);
            pipe.Start(tls is null ? opening.Bytes : default);
            handedOver = _engine.TryServe(pipe, connection, tls);
            if (!handedOver)
            {
                pipe.Abort(ConnectionEnd.GatewayClosed); // stopped meanwhile
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or IOException)
        {
            connection?.SetEnd(ConnectionEnd.ClientReset);
        }
        catch (Exception error)
        {
            LogOpeningFailed(_log, error, Name);
        }
        finally
        {
            opening?.Dispose();
            if (!handedOver)
            {
                if (tls is not null)
                {
                    await tls.DisposeAsync();
                }

                socket.Dispose();
                if (connection is not null)
                {
                    Forget(connection);
                }
            }
        }
    }

    private Connection Adopt(Socket socket)
    {
        var now = _time.GetTimestamp();
        var readTimeout = _config.Transport.RespondingTimeouts.ReadTimeout;
        var connection = new Connection
        {
            Id = Interlocked.Increment(ref s_lastId).ToString("x", CultureInfo.InvariantCulture),
            EntryPoint = Name,
            Peer = Unmap((IPEndPoint)socket.RemoteEndPoint!),
            Local = Unmap((IPEndPoint)socket.LocalEndPoint!),
            AcceptedAt = _time.GetUtcNow(),
            AcceptedTimestamp = now,
            Deadline = readTimeout > TimeSpan.Zero ? After(now, readTimeout) : long.MaxValue,
        };
        _connections[connection.Id] = connection;
        return connection;
    }

    private async ValueTask<SslStream?> HandshakeAsync(Connection connection, ClientOpening opening)
    {
        var hello = await opening.ReadHelloAsync();
        if (connection.End != ConnectionEnd.Open)
        {
            return null;
        }

        connection.IsTls = true;
        connection.Sni = hello.ServerName;
        Volatile.Write(ref connection.Deadline, After(_time.GetTimestamp(), HandshakeLimit));

        // Broken options: the connection is closed rather than served with others (dynamic-config §6.3).
        if (_snapshots.Current[Name].TlsHosts.Find(hello.ServerName) is not { Model: { } chosen } entry)
        {
            HandshakeFaults.CountRefusal();
            connection.SetEnd(ConnectionEnd.HandshakeFailed);
            return null;
        }

        connection.TlsOptions = entry.Name;
        if (_certificates.OptionsFor(hello.ServerName, connection.Local.Address, chosen) is not { } options)
        {
            HandshakeFaults.CountUnknownName();
            await opening.RefuseNameAsync();
            connection.SetEnd(ConnectionEnd.HandshakeFailed);
            LogHandshakeFailed(_log, Name, connection.PeerAddressText, connection.Sni, connection.End, "no certificate for this name, and sniStrict is on");
            return null;
        }

        // The key exchange and the signature are the costly part of a handshake and come first: not on the I/O thread.
        await Task.Yield();
        var tls = opening.OpenTls();
        try
        {
            await tls.AuthenticateAsServerAsync(options);
            connection.TlsVersion = tls.SslProtocol;
            connection.TlsCipher = tls.NegotiatedCipherSuite;
            connection.ClientCertificate = tls.RemoteCertificate as X509Certificate2;
            var protocol = tls.NegotiatedApplicationProtocol;
            connection.Alpn = protocol == SslApplicationProtocol.Http2 ? "h2"
                : protocol == SslApplicationProtocol.Http11 ? "http/1.1" : null;
            return tls;
        }
        catch (Exception error) when (error is AuthenticationException or IOException or SocketException or ObjectDisposedException
            or InvalidOperationException)
        {
            if (connection.End == ConnectionEnd.HandshakeTimeout)
            {
                HandshakeFaults.CountTimeout();
            }
            else if (error is AuthenticationException)
            {
                HandshakeFaults.CountRefusal();
            }
            else
            {
                HandshakeFaults.CountDeparture();
            }

            connection.SetEnd(ConnectionEnd.HandshakeFailed);
            LogHandshakeFailed(_log, Name, connection.PeerAddressText, connection.Sni, connection.End, error.InnerException?.Message ?? error.Message);
            await tls.DisposeAsync();
            return null;
        }
    }

    // One timer for all openings, handshakes, bodies and answers instead of one for each.
    private async Task SweepAsync()
    {
        // A tenth of the shortest limit is how much later than promised it may strike.
        var timeouts = _config.Transport.RespondingTimeouts;
        var shortest = (timeouts.ReadTimeout, timeouts.WriteTimeout) switch
        {
            (var read, var write) when read > TimeSpan.Zero && write > TimeSpan.Zero => read < write ? read : write,
            (var read, var write) => read > TimeSpan.Zero ? read : write,
        };
        var period = shortest > TimeSpan.Zero ? shortest / 10 : LongestSweep;
        using var timer = new PeriodicTimer(period < ShortestSweep ? ShortestSweep : period > LongestSweep ? LongestSweep : period, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                var now = _time.GetTimestamp();
                foreach (var (_, connection) in _connections)
                {
                    var deadline = Volatile.Read(ref connection.Deadline);
                    if (deadline != 0 && now >= deadline)
                    {
                        connection.Abort(connection.IsTls ? ConnectionEnd.HandshakeTimeout : ConnectionEnd.OpeningTimeout);
                    }

                    connection.LookAtRequests(now);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped: StopAsync closes what is still opening.
        }
    }

    private void Forget(Connection connection) => _connections.TryRemove(connection.Id, out _);

    private long After(long timestamp, TimeSpan time) => timestamp + (long)(time.TotalSeconds * _time.TimestampFrequency);

    // An IPv4 client of a dual-stack socket is an IPv4 client; said once, here.
    private static IPEndPoint Unmap(IPEndPoint address) =>
        address.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(address.Address.MapToIPv4(), address.Port) : address;

    [LoggerMessage(Level = LogLevel.Warning, Message = "EG-ENTRYPOINT-ACCEPT: entry point \"{EntryPoint}\" cannot accept: {Reason}")]
    private static partial void LogAcceptFailed(ILogger log, string entryPoint, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Entry point \"{EntryPoint}\": a connection failed before its first request")]
    private static partial void LogOpeningFailed(ILogger log, Exception error, string entryPoint);

    [LoggerMessage(Level = LogLevel.Debug, Message = "TLS handshake failed: entry point {EntryPoint}, client {Client}, name {Sni}, {End}: {Reason}")]
    private static partial void LogHandshakeFailed(ILogger log, string entryPoint, string client, string? sni, ConnectionEnd end, string reason);
}
