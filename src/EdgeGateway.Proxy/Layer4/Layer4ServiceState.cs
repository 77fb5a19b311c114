namespace EdgeGateway.Proxy.Layer4;

/// <summary>
/// The live servers of a TCP or UDP service (design decision 10), chosen in turn. Outlives snapshots: an instance that comes or goes
/// replaces one array in place and compiles nothing; connections that run stay with their server.
/// </summary>
internal sealed class Layer4ServiceState(string name, TimeProvider time, Random random)
{
    // As for HTTP servers (design decision 11): a removed one that comes back within it keeps its state.
    private static readonly TimeSpan KeepRemoved = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly List<(Layer4Server Server, long Removed)> _removed = [];
    private volatile Layer4Server[] _servers = [];
    private volatile Layer4Server[] _rotation = [];
    private uint _turn = uint.MaxValue;

    /// <summary>Qualified name of the service.</summary>
    public string Name { get; } = name;

    /// <summary>The servers in force, in the order of the configuration.</summary>
    public IReadOnlyList<Layer4Server> Servers => _servers;

    /// <summary>Puts a new list of servers in force; those that stay keep their object and their place in the rotation.</summary>
    /// <returns>Why servers were left out, one text each.</returns>
    public IReadOnlyList<string> Update(IEnumerable<(string? Address, bool IsTls)> configs)
    {
        List<string>? errors = null;
        lock (_gate)
        {
            var now = time.GetTimestamp();
            _removed.RemoveAll(entry => time.GetElapsedTime(entry.Removed, now) > KeepRemoved);
            var before = new List<Layer4Server>(_servers);
            var servers = new List<Layer4Server>();
            var fresh = new List<Layer4Server>();
            foreach (var (text, isTls) in configs)
            {
                var index = before.FindIndex(server => server.IsTls == isTls && server.Text == text);
                if (index >= 0)
                {
                    servers.Add(before[index]);
                    before.RemoveAt(index);
                    continue;
                }

                if (!Layer4Address.TryParse(text, out var address, out var error))
                {
                    (errors ??= []).Add(error);
                    continue;
                }

                index = _removed.FindIndex(entry => entry.Server.IsTls == isTls && entry.Server.Text == text);
                var server = index >= 0 ? _removed[index].Server : new Layer4Server(text!, address, isTls);
                if (index >= 0)
                {
                    _removed.RemoveAt(index);
                }

                servers.Add(server);
                fresh.Add(server);
            }

            // Shuffled, as Traefik does, so that many gateways do not all begin with the same server.
            Layer4Server[] order = [.. fresh];
            random.Shuffle(order);
            _removed.AddRange(before.Select(server => (server, now)));
            _rotation = [.. _rotation.Where(server => !before.Contains(server)), .. order];
            _servers = [.. servers];
        }

        return errors ?? (IReadOnlyList<string>)[];
    }

    /// <summary>
    /// The server whose turn it is, or null. One that could not be reached a moment ago is chosen only when there is no other.
    /// Takes no lock.
    /// </summary>
    /// <param name="tried">Servers that must not be chosen; null = none.</param>
    public Layer4Server? Choose(List<Layer4Server>? tried = null)
    {
        var servers = _rotation;
        if (servers.Length == 0)
        {
            return null;
        }

        var now = time.GetTimestamp();
        var first = Interlocked.Increment(ref _turn);
        Layer4Server? second = null;
        for (var i = 0u; i < servers.Length; i++)
        {
            var server = servers[(first + i) % (uint)servers.Length];
            if (!server.IsUp || tried?.Contains(server) == true)
            {
                continue;
            }

            if (!server.IsAvoided(now))
            {
                if (i > 0)
                {
                    Interlocked.CompareExchange(ref _turn, first + i, first); // the one after it is next
                }

                return server;
            }

            second ??= server;
        }

        return second;
    }

    /// <summary>True when some server may be chosen.</summary>
    public bool HasServer()
    {
        foreach (var server in _rotation)
        {
            if (server.IsUp)
            {
                return true;
            }
        }

        return false;
    }
}
