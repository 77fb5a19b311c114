namespace EdgeGateway.Proxy.Services;

/// <summary>
/// Earliest deadline first on a binary heap, as Traefik's <c>wrr</c> (runtime-behaviour §3.1): each choice moves a server's deadline by
/// 1/weight, a server that is down or fenced lets its turn pass. Ties fall as Go's container/heap lets them fall, so that the order is
/// Traefik's too. A server that stays keeps its deadline when others come and go.
/// Locked by itself: its one owner does the same, and a lock of its own for each of ten thousand services would weigh more.
/// </summary>
internal sealed class WeightedRoundRobin
{
    private Entry[] _heap = [];
    private int _count;
    private double _now;

    /// <summary>Takes up a server; one with a weight of 0 or less never gets a turn. A new weight counts from the server's next turn on.</summary>
    public void Set(Server server, long weight)
    {
        lock (this)
        {
            var index = IndexOf(server);
            if (weight <= 0)
            {
                RemoveAt(index);
                return;
            }

            if (index >= 0)
            {
                _heap[index].Step = 1.0 / weight;
                return;
            }

            if (_count == _heap.Length)
            {
                Array.Resize(ref _heap, Math.Max(1, _count * 2));
            }

            var step = 1.0 / weight;
            Push(new Entry { Server = server, Step = step, Deadline = _now + step });
        }
    }

    /// <summary>Forgets a server.</summary>
    public void Remove(Server server)
    {
        lock (this)
        {
            RemoveAt(IndexOf(server));
        }
    }

    /// <summary>The server whose turn it is; null when none may be used.</summary>
    /// <param name="tried">Servers that must not be chosen; their turn does not pass by it.</param>
    /// <param name="now">Timestamp for <see cref="Server.IsAvoided"/>; avoided servers are chosen only when there is no other.</param>
    public Server? Next(in TriedServers tried, long now)
    {
        lock (this)
        {
            if (_count == 1 && tried.IsEmpty)
            {
                // The usual case: nothing to turn.
                return IsUsable(_heap[0].Server) ? _heap[0].Server : null;
            }

            if (tried.IsEmpty && Any(now))
            {
                while (true)
                {
                    var server = Turn();
                    if (IsUsable(server) && !server.IsAvoided(now))
                    {
                        return server;
                    }
                }
            }

            return Earliest(tried, now);
        }
    }

    private static bool IsUsable(Server server) => server.IsUp && !server.IsFenced;

    private bool Any(long now)
    {
        for (var i = 0; i < _count; i++)
        {
            if (IsUsable(_heap[i].Server) && !_heap[i].Server.IsAvoided(now))
            {
                return true;
            }
        }

        return false;
    }

    private Server Turn()
    {
        var entry = Pop();
        _now = entry.Deadline;
        entry.Deadline += entry.Step;
        Push(entry);
        return entry.Server;
    }

    private Server? Earliest(in TriedServers tried, long now)
    {
        var best = -1;
        for (var i = 0; i < _count; i++)
        {
            var server = _heap[i].Server;
            if (!IsUsable(server) || tried.Contains(server))
            {
                continue;
            }

            var better = best < 0
                || (_heap[best].Server.IsAvoided(now), _heap[best].Deadline).CompareTo((server.IsAvoided(now), _heap[i].Deadline)) > 0;
            best = better ? i : best;
        }

        if (best < 0)
        {
            return null;
        }

        _heap[best].Deadline += _heap[best].Step;
        var chosen = _heap[best].Server;
        Down(best, _count);
        return chosen;
    }

    private int IndexOf(Server server)
    {
        for (var i = 0; i < _count; i++)
        {
            if (ReferenceEquals(_heap[i].Server, server))
            {
                return i;
            }
        }

        return -1;
    }

    private void RemoveAt(int index)
    {
        if (index < 0)
        {
            return;
        }

        _heap[index] = _heap[--_count];
        _heap[_count] = default;
        for (var i = (_count / 2) - 1; i >= 0; i--)
        {
            Down(i, _count);
        }
    }

    private void Push(Entry entry)
    {
        var child = _count++;
        _heap[child] = entry;
        while (child > 0)
        {
            var parent = (child - 1) / 2;
            if (_heap[child].Deadline >= _heap[parent].Deadline)
            {
                break;
            }

            (_heap[parent], _heap[child]) = (_heap[child], _heap[parent]);
            child = parent;
        }
    }

    private Entry Pop()
    {
        var last = _count - 1;
        (_heap[0], _heap[last]) = (_heap[last], _heap[0]);
        Down(0, last);
        _count = last;
        return _heap[last];
    }

    private void Down(int parent, int count)
    {
        while (true)
        {
            var child = (2 * parent) + 1;
            if (child >= count)
            {
                return;
            }

            if (child + 1 < count && _heap[child + 1].Deadline < _heap[child].Deadline)
            {
                child++;
            }

            if (_heap[child].Deadline >= _heap[parent].Deadline)
            {
                return;
            }

            (_heap[parent], _heap[child]) = (_heap[child], _heap[parent]);
            parent = child;
        }
    }

    private struct Entry
    {
        public Server Server;
        public double Deadline;
        public double Step;
    }
}
