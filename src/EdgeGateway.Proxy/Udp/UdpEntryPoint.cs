// The life of a datagram:
//   1. Bind      one socket as configured; without a host it stands for all addresses of the machine
//   2. Receive   on the socket for all addresses the address that was asked is read from the packet (IP_PKTINFO), and from then on that
//                address has a socket of its own beside it: its answers leave from it, and its datagrams cost no allocation
//   3. Session   by client address; a new one chooses a server of the entry point's router and connects a socket to it
//   4. Server    the datagram goes to the server, every answer back to the client, as many as come
//   5. Idle      a session without a datagram either way for udp.timeout ends; at the limit the one idle longest
//   6. Drain     no new sessions, the others may go on to their end within graceTimeOut
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.EntryPoints;
using EdgeGateway.Proxy.Observability.Layer4Log;
using EdgeGateway.Proxy.Snapshots;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Proxy.Udp;

/// <summary>A UDP port and its sessions. Bind, start, stop; each once, in this order.</summary>
public sealed partial class UdpEntryPoint : IAsyncDisposable
{
    // Each session has a socket. A quarter of the descriptors leaves enough for TCP, and enough memory even where there are a million.
    private const int MostSessions = 16384;
    private const int ShareOfDescriptors = 4;

    // More local addresses than machines have; only loopback has more (127.0.0.0/8).
    private const int MaxListeners = 256;

    // Traefik looks every tenth of the timeout.
    private const int SweepsPerTimeout = 10;

    private static readonly TimeSpan ShortestSweep = TimeSpan.FromMilliseconds(20);

    private readonly EntryPointConfig _config;
    private readonly SnapshotHolder _snapshots;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly UdpSessions _sessions;
    private readonly ConcurrentDictionary<IPAddress, UdpListener?> _listeners = new();
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentBag<Task> _running = [];
    private UdpListener? _listener;
    private volatile bool _draining;
    private long _dropped;

    /// <summary>Prepares an entry point; nothing is opened yet.</summary>
    /// <param name="name">As configured.</param>
    /// <param name="config">Address, time-out and life cycle.</param>
    /// <param name="snapshots">Where its router is looked up, once per session.</param>
    /// <param name="log">Log of the gateway.</param>
    /// <param name="time">Clock.</param>
    public UdpEntryPoint(string name, EntryPointConfig config, SnapshotHolder snapshots, ILoggerFactory log, TimeProvider time)
        : this(name, config, snapshots, log, time, Math.Min(MostSessions, DescriptorLimit.Read() / ShareOfDescriptors))
    {
    }

    internal UdpEntryPoint(string name, EntryPointConfig config, SnapshotHolder snapshots, ILoggerFactory log, TimeProvider time, int maxSessions)
    {
        Name = name;
        _config = config;
        _snapshots = snapshots;
        _log = log.CreateLogger<UdpEntryPoint>();
        _time = time;
        _sessions = new UdpSessions(maxSessions, time) { Ended = Ended };
    }

    /// <summary>As configured.</summary>
    public string Name { get; }

    /// <summary>Gets a record of each session; null = off.</summary>
    public Layer4AccessLog? AccessLog { get; init; }

    /// <summary>Where it listens; null before <see cref="Bind"/>.</summary>
    public IPEndPoint? LocalEndPoint => _listener?.LocalEndPoint;

    /// <summary>Sessions now.</summary>
    public int SessionCount => _sessions.Count;

    /// <summary>Sessions that ended early because there were too many.</summary>
    public long Evicted => _sessions.Evicted;

    /// <summary>Datagrams of clients that went nowhere: no router, no server, or the entry point drains.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>1. Opens the port.</summary>
    /// <exception cref="EntryPointBindException">The address is wrong, in use or not permitted.</exception>
    public void Bind()
    {
        try
        {
            _listener = new(UdpSockets.Open(EntryPointAddress.Parse(_config.Address, "udp"), _config.ReusePort));
        }
        catch (Exception error) when (error is SocketException or FormatException)
        {
            throw new EntryPointBindException(Name, _config.Address ?? "", error);
        }
    }

    /// <summary>Starts to receive.</summary>
    public void Start()
    {
        var listener = _listener ?? throw new InvalidOperationException("Bind first.");
        _running.Add(listener.IsWildcard ? ReceiveForAllAsync(listener) : ReceiveAsync(listener));
        _running.Add(SweepAsync());
    }

    /// <summary>6. No new sessions; those that there are get <c>graceTimeOut</c> to fall idle.</summary>
    public async Task StopAsync()
    {
        var lifeCycle = _config.Transport.LifeCycle;
        if (lifeCycle.RequestAcceptGraceTimeout > TimeSpan.Zero)
        {
            await Task.Delay(lifeCycle.RequestAcceptGraceTimeout, _time);
        }

        _draining = true;
        if (lifeCycle.GraceTimeOut > TimeSpan.Zero)
        {
            try
            {
                await _sessions.EmptyAsync().WaitAsync(lifeCycle.GraceTimeOut, _time);
            }
            catch (TimeoutException)
            {
                // What is left is ended.
            }
        }

        await EndAsync();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _end.Dispose();
    }

    private async Task EndAsync()
    {
        _draining = true;
        if (!_end.IsCancellationRequested)
        {
            await _end.CancelAsync();
        }

        _sessions.Clear();
        _listener?.Dispose();
        foreach (var listener in _listeners.Values)
        {
            listener?.Dispose();
        }

        await Task.WhenAll(_running);
    }

    // 2. The usual case: one address.
    private async Task ReceiveAsync(UdpListener listener)
    {
        var buffer = new byte[UdpListener.LargestDatagram];
        var client = new SocketAddress(listener.Socket.AddressFamily);
        while (!_end.IsCancellationRequested)
        {
            try
            {
                var length = await listener.Socket.ReceiveFromAsync(buffer, SocketFlags.None, client, _end.Token);
                await ForwardAsync(listener, client, buffer.AsMemory(0, length));
            }
            catch (Exception e) when (_end.IsCancellationRequested && e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // An ICMP message about some answer of ours, or a session that ended under our hands; the socket is well.
            }
        }
    }

    // 2. All addresses: told apart by the packet, and only until each has a socket of its own.
    private async Task ReceiveForAllAsync(UdpListener listener)
    {
        var buffer = new byte[UdpListener.LargestDatagram];
        var any = new IPEndPoint(listener.LocalEndPoint.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (!_end.IsCancellationRequested)
        {
            try
            {
                var packet = await listener.Socket.ReceiveMessageFromAsync(buffer, SocketFlags.None, any, _end.Token);
                var client = (IPEndPoint)packet.RemoteEndPoint;
                var own = Beside(listener, packet.PacketInformation.Address);
                var address = ReferenceEquals(own, listener) || own.Socket.AddressFamily == client.AddressFamily
                    ? client
                    : new IPEndPoint(client.Address.MapToIPv4(), client.Port);
                await ForwardAsync(own, address.Serialize(), buffer.AsMemory(0, packet.ReceivedBytes));
            }
            catch (Exception e) when (_end.IsCancellationRequested && e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // As above.
            }
        }
    }

    /// <summary>The socket of the address that was asked, opened at the first datagram; the one for all where that cannot be.</summary>
    private UdpListener Beside(UdpListener all, IPAddress asked)
    {
        var address = asked.IsIPv4MappedToIPv6 ? asked.MapToIPv4() : asked;
        if (_listeners.TryGetValue(address, out var known))
        {
            return known ?? all;
        }

        if (_listeners.Count >= MaxListeners)
        {
            return all;
        }

        UdpListener? listener = null;
        try
        {
            listener = new(UdpSockets.OpenBeside(all.Socket, new IPEndPoint(address, all.LocalEndPoint.Port)));
            _running.Add(ReceiveAsync(listener));
        }
        catch (SocketException e)
        {
            LogNotBeside(_log, Name, address.ToString(), e.Message);
        }

        _listeners[address] = listener;
        return listener ?? all;
    }

    private ValueTask ForwardAsync(UdpListener listener, SocketAddress client, ReadOnlyMemory<byte> datagram)
    {
        // The usual case, without a state machine: a session that is there, and room in the socket.
        if (_sessions.Find(listener, client) is { IsConnected: true } session)
        {
            var send = session.SendAsync(datagram);
            if (!send.IsCompletedSuccessfully)
            {
                return ForwardAfterAsync(send, listener, client, datagram);
            }

            return send.GetAwaiter().GetResult() ? ValueTask.CompletedTask : ForwardSlowAsync(listener, client, datagram);
        }

        return ForwardSlowAsync(listener, client, datagram);
    }

    private async ValueTask ForwardAfterAsync(ValueTask<bool> send, UdpListener listener, SocketAddress client, ReadOnlyMemory<byte> datagram)
    {
        if (!await send)
        {
            await ForwardSlowAsync(listener, client, datagram);
        }
    }

    private async ValueTask ForwardSlowAsync(UdpListener listener, SocketAddress client, ReadOnlyMemory<byte> datagram)
    {
        // 3. A server that is gone is known only when a datagram is sent to it: then another one gets it.
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var session = _sessions.Find(listener, client);
            if (session is null)
            {
                if (_draining || _snapshots.Current.Udp.GetValueOrDefault(Name) is not { } router || router.Service.Choose() is not { } server)
                {
                    break;
                }

                session = new UdpSession(_sessions, listener, Copy(client), router, server, _time);
                if (!_sessions.TryAdd(session))
                {
                    session.Dispose();
                    continue;
                }

                if (server.EndPoint is null)
                {
                    _ = ConnectByNameAsync(session, datagram.ToArray());
                    return;
                }

                if (!await ConnectAsync(session))
                {
                    server.Avoid(_time);
                    continue;
                }
            }

            // 4.
            if (!session.IsConnected)
            {
                break; // its name is being looked up; what comes meanwhile is lost
            }

            if (await session.SendAsync(datagram))
            {
                return;
            }
        }

        Interlocked.Increment(ref _dropped);
    }

    private async Task ConnectByNameAsync(UdpSession session, byte[] first)
    {
        if (!await ConnectAsync(session) || !await session.SendAsync(first))
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    private async ValueTask<bool> ConnectAsync(UdpSession session)
    {
        try
        {
            await session.ConnectAsync(_end.Token);
            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            LogNoSession(_log, Name, e.Message);
            _sessions.Remove(session, ConnectionEnd.NoServer);
            return false;
        }
    }

    private static SocketAddress Copy(SocketAddress client)
    {
        var copy = new SocketAddress(client.Family, client.Size);
        client.Buffer.Span[..client.Size].CopyTo(copy.Buffer.Span);
        return copy;
    }

    private void Ended(UdpSession session) => AccessLog?.Log(Name, session);

    // 5.
    private async Task SweepAsync()
    {
        var period = _config.Udp.Timeout / SweepsPerTimeout;
        using var timer = new PeriodicTimer(period < ShortestSweep ? ShortestSweep : period, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_end.Token))
            {
                _sessions.Sweep(_config.Udp.Timeout);
            }
        }
        catch (OperationCanceledException)
        {
            // Ended.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "UDP entry point {EntryPoint}: no socket of its own for {Address}, its answers may leave from another address: {Reason} [EG-UDP-ADDRESS]")]
    private static partial void LogNotBeside(ILogger log, string entryPoint, string address, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "UDP entry point {EntryPoint}: no session: {Reason} [EG-UDP-SERVER]")]
    private static partial void LogNoSession(ILogger log, string entryPoint, string reason);
}
