using System.Buffers;
using System.Net;
using System.Net.Sockets;
using EdgeGateway.Proxy.EntryPoints;
using EdgeGateway.Proxy.Layer4;

namespace EdgeGateway.Proxy.Udp;

/// <summary>One client of a UDP entry point and its server. Waiting for answers holds no buffer, and nothing is allocated per datagram.</summary>
internal sealed class UdpSession : IDisposable
{
    private readonly UdpSessions _sessions;
    private readonly TimeProvider _time;
    private readonly SocketAsyncEventArgs _wait = new();
    private Socket? _socket;
    private int _ended;
    private long _fromClient;
    private long _toServer;
    private long _fromServer;

    /// <param name="sessions">Keeps it, and is told of every datagram.</param>
    /// <param name="listener">Where the client came in.</param>
    /// <param name="client">Its address; not changed by anybody.</param>
    /// <param name="router">The router that took it.</param>
    /// <param name="server">Its server.</param>
    /// <param name="time">Clock.</param>
    public UdpSession(UdpSessions sessions, UdpListener listener, SocketAddress client, UdpRouterModel router, Layer4Server server, TimeProvider time)
    {
        _sessions = sessions;
        Listener = listener;
        Client = client;
        Router = router;
        Server = server;
        Started = time.GetTimestamp();
        _time = time;
        _wait.SetBuffer(Memory<byte>.Empty);
        _wait.Completed += (_, _) => Answers();
        server.Enter();
    }

    /// <summary>Where the client came in.</summary>
    public UdpListener Listener { get; }

    /// <summary>The client.</summary>
    public SocketAddress Client { get; }

    /// <summary>The router that took it.</summary>
    public UdpRouterModel Router { get; }

    /// <summary>Its server.</summary>
    public Layer4Server Server { get; }

    /// <summary><see cref="TimeProvider.GetTimestamp"/> of its first datagram.</summary>
    public long Started { get; }

    /// <summary>How long it took to find the server's address.</summary>
    public TimeSpan ConnectTime { get; private set; }

    /// <summary>Data of the client.</summary>
    public long FromClient => Volatile.Read(ref _fromClient);

    /// <summary>Data that the server's socket took.</summary>
    public long ToServer => Volatile.Read(ref _toServer);

    /// <summary>Data of the server, passed on to the client.</summary>
    public long FromServer => Volatile.Read(ref _fromServer);

    /// <summary>How it ended; <see cref="ConnectionEnd.Open"/> until then.</summary>
    public ConnectionEnd End { get; private set; }

    /// <summary>Time of the last datagram either way; kept by <see cref="UdpSessions"/>.</summary>
    public long LastUsed { get; set; }

    /// <summary>Its place in the order of last use.</summary>
    public LinkedListNode<UdpSession>? Node { get; set; }

    /// <summary>True once datagrams can be sent.</summary>
    public bool IsConnected => _socket is not null;

    /// <summary>Connects to the server; only a name has to be waited for.</summary>
    /// <exception cref="SocketException">The name is unknown, or there is no route.</exception>
    public async ValueTask ConnectAsync(CancellationToken cancellation)
    {
        var address = Server.EndPoint
            ?? new IPEndPoint((await Dns.GetHostAddressesAsync(Server.Host, cancellation))[0], Server.Port);
        var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Connect(address); // sets the peer, sends nothing
            _socket = socket;
            ConnectTime = _time.GetElapsedTime(Started);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        if (Volatile.Read(ref _ended) != 0)
        {
            socket.Dispose();
            return;
        }

        if (!socket.ReceiveAsync(_wait))
        {
            Answers();
        }
    }

    /// <summary>Sends a datagram to the server; false when the server, or the session, is gone.</summary>
    public ValueTask<bool> SendAsync(ReadOnlyMemory<byte> datagram)
    {
        // The entry point's loop is the only writer of these two, as the server's events are of the third.
        Volatile.Write(ref _fromClient, _fromClient + datagram.Length);
        try
        {
            var send = _socket!.SendAsync(datagram, SocketFlags.None, CancellationToken.None);
            if (!send.IsCompletedSuccessfully)
            {
                return SendSlowAsync(send);
            }

            Volatile.Write(ref _toServer, _toServer + send.Result);
            return ValueTask.FromResult(true);
        }
        catch (ObjectDisposedException)
        {
            return ValueTask.FromResult(false);
        }
    }

    private async ValueTask<bool> SendSlowAsync(ValueTask<int> send)
    {
        try
        {
            Volatile.Write(ref _toServer, _toServer + await send);
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.MessageSize)
        {
            return true; // lost, as on any path that is too narrow; the session is well
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Fail(e is SocketException { SocketErrorCode: SocketError.ConnectionRefused });
            return false;
        }
    }

    /// <summary>The client's address, made for the log.</summary>
    public IPEndPoint ClientEndPoint() => UdpListener.Plain((IPEndPoint)Listener.LocalEndPoint.Create(Client));

    /// <summary>Lets go of a session that was never taken up.</summary>
    public void Dispose() => Dispose(ConnectionEnd.Open);

    /// <summary>Ends it; the first end counts.</summary>
    public void Dispose(ConnectionEnd end)
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            End = end;
            if (end != ConnectionEnd.Open)
            {
                _sessions.Ended?.Invoke(this);
            }

            Server.Leave();
            _socket?.Dispose(); // a pending wait completes with an error and lets go of it all
            _wait.Dispose();
        }
    }

    // On the thread that the kernel's event woke. One read per event: a read without data would block.
    private void Answers()
    {
        try
        {
            do
            {
                if (_wait.SocketError != SocketError.Success || Volatile.Read(ref _ended) != 0)
                {
                    Fail(_wait.SocketError == SocketError.ConnectionRefused);
                    return;
                }

                var buffer = ArrayPool<byte>.Shared.Rent(UdpListener.LargestDatagram);
                var length = _socket!.Receive(buffer, 0, buffer.Length, SocketFlags.None, out var error);
                if (error != SocketError.Success || !_sessions.Touch(this))
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    Fail(error == SocketError.ConnectionRefused);
                    return;
                }

                Volatile.Write(ref _fromServer, _fromServer + length);
                Listener.Send(buffer.AsSpan(0, length), Client);
                ArrayPool<byte>.Shared.Return(buffer);
            }
            while (!_socket.ReceiveAsync(_wait));
        }
        catch (ObjectDisposedException)
        {
            // Ended meanwhile.
        }
    }

    // The next datagram of the client makes a new session, with another server where there is one.
    private void Fail(bool refused)
    {
        if (refused)
        {
            Server.Avoid(_time);
        }

        // One that never answered was not there; as nginx tells it, too.
        _sessions.Remove(this, FromServer == 0 ? ConnectionEnd.NoServer : ConnectionEnd.ServerReset);
    }
}
