// The life of a connection:
//   1. Bind      the port is open, clients wait in the backlog
//   2. Accept    one loop, on the listener's own thread
//   3. PROXY     the header of a proxy in front corrects peer and local address
//   4. Opening   the first bytes tell TLS from HTTP/2 from HTTP/1, within readTimeout
//   5. Routing   TCP routers take the connection (relay as it is, or TLS and relay), or it goes on to HTTP; where only TCP
//                routers without TLS are, before a byte is read
//   6. TLS       certificate by the name in the ClientHello, handshake within ten seconds
//   7. HTTP      our pipe goes to the engine, which calls the request handler until the connection ends
//   8. Drain     accept on for a while, close the port, tell connections to end, wait, cut
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.EntryPoints.Engine;
using EdgeGateway.Proxy.EntryPoints.ProxyProtocol;
using EdgeGateway.Proxy.Observability.Layer4Log;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Snapshots;
using EdgeGateway.Proxy.Tcp;
using EdgeGateway.Proxy.Tls;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>A TCP port and everything that is connected to it. Bind, start, stop; each once, in this order.</summary>
public sealed partial class EntryPoint : IAsyncDisposable
{
    // Out of file descriptors: accepting again at once would spin.
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    // A relay that was cut ends at once; a machine that hangs must not keep the gateway.
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    private static long s_lastId;

    private readonly EntryPointConfig _config;
    private readonly TlsHandshake _handshake;
    private readonly SnapshotHolder _snapshots;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly HttpEngine _engine;
    private readonly TcpForwarding _tcp;
    private readonly ProxyTrust? _proxyTrust;
    private readonly CancellationTokenSource _cut = new();
    private readonly ConcurrentDictionary<Connection, TaskCompletionSource> _relays = new();
    private readonly Crowd _crowd = new();
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
        if (!ProxyTrust.TryCreate(config.ProxyProtocol, out _proxyTrust, out var error))
        {
            throw new InvalidDataException($"error while building entryPoint {name}: proxyProtocol: {error}");
        }

        _tcp = new TcpForwarding(time, log.CreateLogger<TcpForwarding>());
        Name = name;
        _config = config;
        _log = log.CreateLogger<EntryPoint>();
        _handshake = new TlsHandshake(name, certificates, HandshakeFaults, time, _log);
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
    public int ConnectionCount => _crowd.Count;

    /// <summary>PROXY headers that were malformed; their connections were closed.</summary>
    public long MalformedProxyHeaders => _proxyTrust?.Malformed ?? 0;

    /// <summary>Connections that a TCP middleware did not let in.</summary>
    public long TcpRefused => _tcp.Refused;

    /// <summary>TCP connections for which no server could be reached.</summary>
    public long TcpUnreachable => _tcp.Unreachable;

    /// <summary>Gets a record of each connection that did not reach the HTTP engine; null = off.</summary>
    public Layer4AccessLog? AccessLog { get; init; }

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
        _sweeping = ConnectionSweep.RunAsync(_connections, _config.Transport.RespondingTimeouts, _time, _stopping.Token);
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
        await Task.WhenAll(_engine.StopAsync(limit.Token), EndRelaysAsync(limit.Token));
        await _cut.CancelAsync();
        foreach (var connection in _connections.Values)
        {
            connection.Abort();
        }

        // What was cut is still told to the log.
        using var last = new CancellationTokenSource(LastWords, _time);
        await EndRelaysAsync(last.Token);
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
        await _cut.CancelAsync();
        _stopping.Dispose();
        _cut.Dispose();
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
        ClientHello hello = new(null, []);
        TcpRouterModel? router = null;
        TcpOutcome outcome = default;
        ClientOpening? opening = null;
        SslStream? tls = null;
        var handedOver = false;
        try
        {
            connection = Adopt(socket);
            opening = new ClientOpening(socket, connection);

            // 3. The PROXY protocol.
            if (_proxyTrust is not null && !await ReadProxyHeaderAsync(_proxyTrust, connection, opening))
            {
                return;
            }

            // 5, before 4: nothing here needs to know what the client says, so the server may speak first.
            var routing = CurrentTcp;
            if (routing.RoutesUnread && (router = routing.MatchPlain(connection.Peer.Address)) is not null)
            {
                outcome = await RelayAsync(router, connection, socket, opening, hello, startTls: false);
                return;
            }

            // 4. First bytes.
            var kind = await opening.DetectAsync(routing.Tls.Routers.Count > 0);
            var startTls = kind == OpeningKind.StartTls;
            kind = startTls ? await opening.AnswerStartTlsAsync() : kind;
            if (kind == OpeningKind.Unknown || connection.End != ConnectionEnd.Open || (startTls && kind != OpeningKind.Tls))
            {
                connection.SetEnd(ConnectionEnd.ClientClosed); // stays what it is if it was given up
                return;
            }

            if (kind == OpeningKind.Tls)
            {
                if (await opening.ReadHelloAsync() is not { } read)
                {
                    if (connection.End == ConnectionEnd.BadOpening)
                    {
                        HandshakeFaults.CountRefusal();
                    }
                    else if (connection.End == ConnectionEnd.ClientClosed)
                    {
                        HandshakeFaults.CountDeparture();
                    }

                    return;
                }

                hello = read;
                connection.Sni = hello.ServerName;
            }

            // 5. TCP routers, as they are now: the hello may have taken its time.
            routing = CurrentTcp;
            router = routing.IsEmpty ? null
                : startTls ? routing.MatchStartTls(hello.ServerName, connection.Peer.Address, hello.Protocols)
                : kind is OpeningKind.Tls or OpeningKind.OldTls ? routing.MatchTls(hello.ServerName, connection.Peer.Address, hello.Protocols)
                : routing.MatchPlain(connection.Peer.Address);
            if (router is not null && (kind != OpeningKind.OldTls || router.IsPassthrough))
            {
                outcome = await RelayAsync(router, connection, socket, opening, hello, startTls);
                return;
            }

            router = null;
            if (kind == OpeningKind.OldTls)
            {
                HandshakeFaults.CountRefusal();
                await opening.RefuseVersionAsync();
                connection.SetEnd(ConnectionEnd.HandshakeFailed);
                return;
            }

            if (startTls)
            {
                connection.SetEnd(ConnectionEnd.NoRoute);
                return;
            }

            // 6. TLS.
            if (kind == OpeningKind.Tls)
            {
                tls = await _handshake.RunAsync(connection, opening, hello, _snapshots.Current[Name].TlsHosts.Find(hello.ServerName), forRelay: false);
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
                    AccessLog?.Log(connection, hello, router, outcome);
                    if (_relays.TryRemove(connection, out var ended))
                    {
                        ended.SetResult();
                    }
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
            Crowd = _crowd,
            Peer = Unmap((IPEndPoint)socket.RemoteEndPoint!),
            Local = Unmap((IPEndPoint)socket.LocalEndPoint!),
            AcceptedAt = _time.GetUtcNow(),
            AcceptedTimestamp = now,
            Deadline = readTimeout > TimeSpan.Zero ? now + _time.Ticks(readTimeout) : long.MaxValue,
        };
        _crowd.Enter();
        _connections[connection.Id] = connection;
        return connection;
    }

    private TcpRouting CurrentTcp => _snapshots.Current.Tcp.TryGetValue(Name, out var routing) ? routing : TcpRouting.Empty;

    private async Task<bool> ReadProxyHeaderAsync(ProxyTrust trust, Connection connection, ClientOpening opening)
    {
        var (status, header) = await opening.ReadProxyHeaderAsync();
        if (status == ProxyHeaderStatus.Malformed)
        {
            trust.CountMalformed();
            connection.ProxyHeaderLength = (int)connection.BytesRead;
            connection.SetEnd(ConnectionEnd.BadOpening);
            LogProxyHeader(_log, Name, connection.PeerAddressText);
            return false;
        }

        connection.ProxyHeaderLength = header.Length;

        // A header of somebody else is swallowed, as in Traefik: the connection works, its addresses do not count.
        if (header is { Source: { } source, Destination: { } destination } && trust.Believes(connection.Peer.Address))
        {
            connection.ProxyPeer = connection.Peer;
            connection.Peer = source;
            connection.Local = destination;
        }

        return connection.End == ConnectionEnd.Open;
    }

    // Known to the drain until it has ended.
    private async Task<TcpOutcome> RelayAsync(
        TcpRouterModel router, Connection connection, Socket socket, ClientOpening opening, ClientHello hello, bool startTls)
    {
        // The client waits for us now, within the limits of connecting and of the handshake.
        Volatile.Write(ref connection.Deadline, 0);
        _relays[connection] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Func<Task<SslStream?>>? handshake = router.IsTls && !router.IsPassthrough
            ? () => _handshake.RunAsync(connection, opening, hello, router.TlsOptions, forRelay: true)
            : null;
        return await _tcp.ServeAsync(
            router, connection, socket, opening, handshake, router.TlsOptions.Model?.SharesProtocol(hello.Protocols ?? []) != false, startTls, _cut.Token);
    }

    private async Task EndRelaysAsync(CancellationToken limit)
    {
        try
        {
            await Task.WhenAll(_relays.Values.Select(static relay => relay.Task)).WaitAsync(limit);
        }
        catch (OperationCanceledException)
        {
            // What still runs is cut by the caller.
        }
    }

    private void Forget(Connection connection)
    {
        if (_connections.TryRemove(connection.Id, out _))
        {
            _crowd.Leave();
        }
    }

    // An IPv4 client of a dual-stack socket is an IPv4 client; said once, here.
    private static IPEndPoint Unmap(IPEndPoint address) =>
        address.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(address.Address.MapToIPv4(), address.Port) : address;

    [LoggerMessage(Level = LogLevel.Warning, Message = "EG-ENTRYPOINT-ACCEPT: entry point \"{EntryPoint}\" cannot accept: {Reason}")]
    private static partial void LogAcceptFailed(ILogger log, string entryPoint, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Entry point {EntryPoint}: the PROXY header of {Client} is malformed, the connection is closed [EG-PROXY-HEADER]")]
    private static partial void LogProxyHeader(ILogger log, string entryPoint, string client);

    [LoggerMessage(Level = LogLevel.Error, Message = "Entry point \"{EntryPoint}\": a connection failed before its first request")]
    private static partial void LogOpeningFailed(ILogger log, Exception error, string entryPoint);
}
