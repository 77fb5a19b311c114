using System.Net;
using EdgeGateway.Proxy.EntryPoints;

namespace EdgeGateway.Proxy.Udp;

/// <summary>
/// The sessions of one UDP entry point, in the order of their last datagram. Bounded: at the limit the one that is idle longest goes,
/// so that forged sources cost others nothing but that.
/// </summary>
internal sealed class UdpSessions(int limit, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(UdpListener Listener, SocketAddress Client), UdpSession> _byClient = [];
    private readonly LinkedList<UdpSession> _order = new();
    private TaskCompletionSource? _empty;
    private long _evicted;

    /// <summary>Told of each session that has ended; null = nobody.</summary>
    public Action<UdpSession>? Ended { get; init; }

    /// <summary>Sessions now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _byClient.Count;
            }
        }
    }

    /// <summary>Sessions that ended before their time because there were too many.</summary>
    public long Evicted => Volatile.Read(ref _evicted);

    /// <summary>The session of a client, now used; null when it has none.</summary>
    public UdpSession? Find(UdpListener listener, SocketAddress client)
    {
        lock (_gate)
        {
            if (!_byClient.TryGetValue((listener, client), out var session))
            {
                return null;
            }

            MoveToEnd(session);
            return session;
        }
    }

    /// <summary>Takes up a session; false when its client has one meanwhile.</summary>
    public bool TryAdd(UdpSession session)
    {
        UdpSession? oldest = null;
        lock (_gate)
        {
            if (!_byClient.TryAdd((session.Listener, session.Client), session))
            {
                return false;
            }

            session.LastUsed = time.GetTimestamp();
            session.Node = _order.AddLast(session);
            if (_byClient.Count > limit)
            {
                oldest = _order.First!.Value;
                _evicted++;
            }
        }

        if (oldest is not null)
        {
            Remove(oldest, ConnectionEnd.Evicted);
        }

        return true;
    }

    /// <summary>Notes a datagram; false when the session has ended.</summary>
    public bool Touch(UdpSession session)
    {
        lock (_gate)
        {
            if (session.Node is null)
            {
                return false;
            }

            MoveToEnd(session);
            return true;
        }
    }

    /// <summary>Ends a session; does nothing the second time.</summary>
    public void Remove(UdpSession session, ConnectionEnd end)
    {
        lock (_gate)
        {
            if (session.Node is { } node)
            {
                _order.Remove(node);
                session.Node = null;
                _byClient.Remove((session.Listener, session.Client));
                if (_byClient.Count == 0)
                {
                    _empty?.TrySetResult();
                }
            }
        }

        session.Dispose(end);
    }

    /// <summary>Ends the sessions that were idle for so long.</summary>
    public void Sweep(TimeSpan timeout) => Sweep(timeout, ConnectionEnd.IdleTimeout);

    private void Sweep(TimeSpan timeout, ConnectionEnd end)
    {
        while (true)
        {
            UdpSession oldest;
            lock (_gate)
            {
                if (_order.First is not { } first || time.GetElapsedTime(first.Value.LastUsed) < timeout)
                {
                    return;
                }

                oldest = first.Value;
            }

            Remove(oldest, end);
        }
    }

    /// <summary>Completes when there is no session.</summary>
    public Task EmptyAsync()
    {
        lock (_gate)
        {
            if (_byClient.Count == 0)
            {
                return Task.CompletedTask;
            }

            _empty ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            return _empty.Task;
        }
    }

    /// <summary>Ends them all.</summary>
    public void Clear() => Sweep(TimeSpan.MinValue, ConnectionEnd.Aborted);

    private void MoveToEnd(UdpSession session)
    {
        session.LastUsed = time.GetTimestamp();
        if (session.Node is { Next: not null } node)
        {
            _order.Remove(node);
            _order.AddLast(node); // the node itself, nothing new
        }
    }
}
