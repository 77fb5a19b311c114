namespace EdgeGateway.Proxy.Services;

/// <summary>
/// One host and port, whatever services and transports reach it: the connections that are open to it (design decision 10). When the
/// last server there is gone and no request runs on it, the connections are closed, so that a removed instance can end at once and
/// a successor on the same port never meets a dead connection.
/// </summary>
internal sealed class ServerAddress
{
    // Made at the first connection: many servers of a large cluster never see one. Locked by itself, as nobody outside can: a lock of its
    // own would weigh as much as all the rest.
    private HashSet<IDisposable>? _connections;
    private int _users;
    private volatile bool _proven;
    private int _inFlight;

    /// <summary>Connections open now.</summary>
    public int Open
    {
        get
        {
            lock (this)
            {
                return _connections?.Count ?? 0;
            }
        }
    }

    /// <summary>True once a connection was made: whoever listens there is up. Ends with the last server there.</summary>
    public bool IsProven => _proven;

    /// <summary>A connection was made.</summary>
    public void Prove()
    {
        if (!_proven)
        {
            _proven = true;
        }
    }

    /// <summary>A server of some service uses the address.</summary>
    public void AddUser()
    {
        lock (this)
        {
            _users++;
        }
    }

    /// <summary>A server of some service is gone.</summary>
    public void RemoveUser()
    {
        lock (this)
        {
            if (--_users == 0)
            {
                _proven = false; // a successor on the port starts anew
            }
        }

        CloseIfUnused();
    }

    public void Enter() => Interlocked.Increment(ref _inFlight);

    public void Leave()
    {
        // Without a lock in the usual case: the count of users is looked at again under it.
        if (Interlocked.Decrement(ref _inFlight) == 0 && Volatile.Read(ref _users) == 0)
        {
            CloseIfUnused();
        }
    }

    /// <summary>Notes a connection that was opened.</summary>
    public void Add(IDisposable connection)
    {
        Prove();
        lock (this)
        {
            (_connections ??= []).Add(connection);
        }
    }

    /// <summary>Forgets a connection that was closed.</summary>
    public void Remove(IDisposable connection)
    {
        lock (this)
        {
            _connections?.Remove(connection);
        }
    }

    private void CloseIfUnused()
    {
        IDisposable[] idle;
        lock (this)
        {
            if (_users > 0 || Volatile.Read(ref _inFlight) > 0 || _connections is not { Count: > 0 })
            {
                return;
            }

            idle = [.. _connections];
            _connections.Clear();
        }

        // Outside the lock: each one reports back that it is closed.
        foreach (var connection in idle)
        {
            connection.Dispose();
        }
    }
}
