using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Proxy.Services;

/// <summary>
/// The live servers of a service (design decision 10). Outlives snapshots: an instance that comes or goes replaces one array in
/// place, compiles nothing, and a request that waits between attempts sees it.
/// </summary>
public sealed class ServiceState(string name, TimeProvider time, Random random)
{
    // A removed server that comes back within it keeps its state (design decision 11).
    private static readonly TimeSpan KeepRemoved = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (Server Server, long Removed)> _removed = new(StringComparer.Ordinal);
    private volatile Server[] _servers = [];
    private volatile WeightedRoundRobin _rotation = new([], 0);

    /// <summary>Qualified name of the service.</summary>
    public string Name { get; } = name;

    /// <summary>The servers in force, in an order that was shuffled as they came.</summary>
    public IReadOnlyList<Server> Servers => _servers;

    /// <summary>Puts a new list of servers in force; those whose URL stays keep their object and the rotation its place.</summary>
    /// <returns>URLs that cannot be used, with the reason.</returns>
    public IReadOnlyList<string> Update(ConfigList<ServerConfig> configs)
    {
        List<string> errors = [];
        lock (_gate)
        {
            var now = time.GetTimestamp();
            var known = _servers.ToDictionary(static s => s.Url + "\n" + s.PathPrefix, StringComparer.Ordinal);
            var kept = new List<Server>();
            var added = new List<Server>();
            foreach (var config in configs)
            {
                var made = Server.TryCreate(config, out var error);
                if (made is null)
                {
                    errors.Add(error!);
                    continue;
                }

                var key = made.Url + "\n" + made.PathPrefix;
                if (known.Remove(key, out var server))
                {
                    kept.Add(server);
                }
                else if (_removed.Remove(key, out var gone))
                {
                    server = gone.Server;
                    added.Add(server);
                }
                else
                {
                    server = made;
                    added.Add(server);
                }

                server.SetWeight(config.Weight ?? 1);
            }

            foreach (var (key, server) in known)
            {
                _removed[key] = (server, now);
            }

            foreach (var (key, _) in _removed.Where(r => time.GetElapsedTime(r.Value.Removed, now) > KeepRemoved).ToList())
            {
                _removed.Remove(key);
            }

            // Kept servers stay in the order they had; new ones come behind them, shuffled, so that many gateways do not begin alike.
            var order = _servers;
            kept.Sort((a, b) => Array.IndexOf(order, a).CompareTo(Array.IndexOf(order, b)));
            var fresh = added.ToArray();
            random.Shuffle(fresh);
            Server[] all = [.. kept, .. fresh];
            _servers = all;
            _rotation = new([.. all.Where(static s => s.Weight > 0)], _rotation.Position);
        }

        return errors;
    }

    /// <summary>
    /// The server for the next attempt; null when there is none left. Servers that could not be reached a moment ago are chosen only
    /// when there is no other.
    /// </summary>
    internal Server? Choose(in TriedServers tried)
    {
        var rotation = _rotation;
        var now = time.GetTimestamp();
        Server? second = null;
        for (var i = 0; i <= _servers.Length; i++)
        {
            var server = rotation.Next();
            if (server is null)
            {
                return null;
            }

            if (tried.Contains(server))
            {
                continue;
            }

            if (!server.IsAvoided(now))
            {
                return server;
            }

            second ??= server;
        }

        return second;
    }
}

/// <summary>The servers that a request was tried on already; at most three (design decision 9).</summary>
internal struct TriedServers
{
    private Server? _first;
    private Server? _second;

    public readonly bool IsEmpty => _first is null;

    public readonly bool Contains(Server server) => ReferenceEquals(server, _first) || ReferenceEquals(server, _second);

    public void Add(Server server)
    {
        if (_first is null)
        {
            _first = server;
        }
        else
        {
            _second = server;
        }
    }
}
