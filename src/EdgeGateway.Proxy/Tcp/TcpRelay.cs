// Bytes between a client and a server, both ways at once, on the threads that the kernel's events wake:
//   1. what was read of the client to choose the router goes to the server first
//   2. each direction waits without a buffer, then moves what is there through one of 64 KiB; a reader that stalls stops its
//      direction with one such buffer full, whatever the sockets hold in the kernel: 128 KiB per relay at most
//   3. an end is passed on as an end (half-close); the other direction goes on for terminationDelay
//   4. a reset, or the end of that time, resets both sides
//   5. the entry point's sweep looks at the counters: a relay where nothing moved for the idle time-out, or that is open for the session
//      time-out, is shut down; both sides see an ordinary end
using System.Buffers;
using System.Net.Sockets;
using EdgeGateway.Proxy.EntryPoints;

namespace EdgeGateway.Proxy.Tcp;

/// <summary>One relayed connection. The only place that moves its bytes.</summary>
internal sealed class TcpRelay : IConnectionControl
{
    // A pipe's worth of the kernel's default socket buffers; below the large object heap.
    private const int BufferSize = 64 * 1024;

    // A direction that finds data and room all the time would keep the event thread to itself: after 1 MiB others get a turn.
    private const int BuffersPerTurn = 16;

    private readonly Connection _connection;
    private readonly RelayEnd _client;
    private readonly RelayEnd _server;
    private readonly TimeSpan _terminationDelay;
    private readonly RelayLimits _limits;
    private readonly long _started;
    private readonly TimeProvider _time;
    private ITimer? _termination;
    private long _fromClient;
    private long _toServer;
    private long _fromServer;
    private long _toClient;
    private long _movedBefore;
    private long _movedAt;
    private int _ended;

    /// <param name="connection">The client's connection; counts what its socket sees.</param>
    /// <param name="client">The client's side.</param>
    /// <param name="server">The server's side.</param>
    /// <param name="terminationDelay">After one direction has ended; infinite = for ever.</param>
    /// <param name="limits">How long it may be idle and open.</param>
    /// <param name="time">Clock.</param>
    public TcpRelay(Connection connection, RelayEnd client, RelayEnd server, TimeSpan terminationDelay, RelayLimits limits, TimeProvider time)
    {
        _connection = connection;
        _client = client;
        _server = server;
        _terminationDelay = terminationDelay;
        _limits = limits;
        _started = _movedAt = time.GetTimestamp();
        _time = time;
        connection.Attach(this);
    }

    /// <summary>Bytes read of the client, without TLS.</summary>
    public long FromClient => Volatile.Read(ref _fromClient);

    /// <summary>Bytes read of the server, without TLS.</summary>
    public long FromServer => Volatile.Read(ref _fromServer);

    /// <summary>Bytes moved to the server, without TLS and PROXY header.</summary>
    public long ToServer => Volatile.Read(ref _toServer);

    /// <summary>Bytes moved to the client, without TLS.</summary>
    public long ToClient => Volatile.Read(ref _toClient);

    /// <summary>Runs until both directions have ended. Never throws for what either side does.</summary>
    /// <param name="opening">Read already, goes to the server first; its buffer is given back then.</param>
    public async Task RunAsync(ClientOpening opening)
    {
        try
        {
            // Step 1.
            var bytes = opening.Memory;
            if (!bytes.IsEmpty)
            {
                _fromClient = bytes.Length;
                await _server.WriteAsync(bytes);
                _toServer = bytes.Length;
            }

            opening.Dispose();
        }
        catch (Exception e) when (IsDeparture(e))
        {
            Fail(ConnectionEnd.ServerReset);
            return;
        }

        // Both run on the threads of their sockets; neither throws.
        var up = MoveAsync(_client, _server, fromClient: true);
        await MoveAsync(_server, _client, fromClient: false);
        await up;
        if (_termination is { } timer)
        {
            await timer.DisposeAsync();
        }
    }

    /// <summary>A drain: nothing says when a foreign protocol may be ended, so it gets the grace time.</summary>
    public void RequestClose()
    {
    }

    /// <inheritdoc />
    public void Abort(ConnectionEnd end) => Fail(end);

    /// <inheritdoc />
    public void Look(long now)
    {
        // Step 5.
        if (_limits == default)
        {
            return;
        }

        var moved = FromClient + ToServer + FromServer + ToClient;
        if (moved != _movedBefore)
        {
            (_movedBefore, _movedAt) = (moved, now);
        }

        if (_limits.Session > TimeSpan.Zero && _time.GetElapsedTime(_started, now) >= _limits.Session)
        {
            Shut(ConnectionEnd.SessionTimeout);
        }
        else if (_limits.Idle > TimeSpan.Zero && _time.GetElapsedTime(_movedAt, now) >= _limits.Idle)
        {
            Shut(ConnectionEnd.IdleTimeout);
        }
    }

    private async Task MoveAsync(RelayEnd from, RelayEnd to, bool fromClient)
    {
        byte[]? buffer = null;
        var writes = false;
        try
        {
            var turn = 0;
            while (true)
            {
                // Step 2.
                if (buffer is null)
                {
                    await from.WaitAsync();
                    buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
                }

                var read = await from.ReadAsync(buffer);
                if (read == 0)
                {
                    break;
                }

                CountRead(read, fromClient, from.IsTls);
                writes = true;
                await to.WriteAsync(buffer.AsMemory(0, read));
                writes = false;
                CountWritten(read, fromClient, to.IsTls);
                if (read < buffer.Length && !from.IsTls)
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = null;
                }
                else if (from.IsTls && from.Socket.Available == 0)
                {
                    // A TLS read gives one record at most; what the stream has decrypted already is found by the wait.
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = null;
                }

                if (++turn == BuffersPerTurn)
                {
                    turn = 0;
                    await Task.Yield();
                }
            }

            // Step 3.
            _connection.SetEnd(fromClient ? ConnectionEnd.ClientClosed : ConnectionEnd.ServerClosed);
            writes = true;
            await to.EndWritingAsync();
            if (Interlocked.Increment(ref _ended) == 1 && _terminationDelay != Timeout.InfiniteTimeSpan)
            {
                Terminate();
            }
        }
        catch (Exception e) when (IsDeparture(e))
        {
            // Step 4. Whose socket it was: a read fails for its own side, a write for the other one.
            Fail(fromClient != writes ? ConnectionEnd.ClientReset : ConnectionEnd.ServerReset);
        }
        finally
        {
            if (buffer is not null)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    private void CountRead(int bytes, bool fromClient, bool fromTls)
    {
        if (!fromClient)
        {
            Volatile.Write(ref _fromServer, _fromServer + bytes);
            return;
        }

        Volatile.Write(ref _fromClient, _fromClient + bytes);
        if (!fromTls)
        {
            _connection.AddRead(bytes);
        }
    }

    private void CountWritten(int bytes, bool fromClient, bool toTls)
    {
        if (fromClient)
        {
            Volatile.Write(ref _toServer, _toServer + bytes);
            return;
        }

        Volatile.Write(ref _toClient, _toClient + bytes);
        if (!toTls)
        {
            _connection.AddWritten(bytes);
        }
    }

    private void Terminate()
    {
        if (_terminationDelay == TimeSpan.Zero)
        {
            Fail(ConnectionEnd.TerminationDelay);
            return;
        }

        _termination = _time.CreateTimer(static relay => ((TcpRelay)relay!).Fail(ConnectionEnd.TerminationDelay), this, _terminationDelay, Timeout.InfiniteTimeSpan);
    }

    // Pending reads end as if both sides had ended; a write to a reader that stalls fails. The owner closes the sockets then.
    private void Shut(ConnectionEnd end)
    {
        _connection.SetEnd(end);
        _client.Shutdown();
        _server.Shutdown();
    }

    private void Fail(ConnectionEnd end)
    {
        _connection.SetEnd(end);
        _client.Reset();
        _server.Reset();
    }

    // What a socket or TLS says when a side is gone, or when the other direction or a drain has closed it.
    private static bool IsDeparture(Exception error) => error is SocketException or IOException or ObjectDisposedException or InvalidOperationException;
}
