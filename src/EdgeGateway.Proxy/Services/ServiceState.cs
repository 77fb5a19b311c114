using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Proxy.Services;

/// <summary>
/// The live servers of a service (design decision 10). Outlives snapshots: an instance that comes or goes replaces one array in
/// place, compiles nothing, and a request that waits between attempts sees it.
/// </summary>
public sealed class ServiceState
{
    /// <summary>A removed server that comes back within it keeps its state (design decision 11).</summary>
    internal static readonly TimeSpan KeepRemoved = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly List<(Server Server, long Removed)> _removed = [];
    private readonly WeightedRoundRobin _rotation = new();
    private readonly ServerAddresses _addresses;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private volatile Server[] _servers = [];

    internal ServiceState(string name, ServerAddresses addresses, TimeProvider time, Random random)
    {
        Name = name;
        _addresses = addresses;
        _time = time;
        _random = random;
    }

    /// <summary>Qualified name of the service.</summary>
    public string Name { get; }

    /// <summary>The servers in force, in the order of the configuration.</summary>
    public IReadOnlyList<Server> Servers => _servers;

    /// <summary>Puts a new list of servers in force; those whose URL stays keep their object and their place in the rotation.</summary>
    /// <returns>Why servers were left out, one text each.</returns>
    public IReadOnlyList<string> Update(ConfigList<ServerConfig> configs)
    {
        List<string>? errors = null;
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            _removed.RemoveAll(entry => _time.GetElapsedTime(entry.Removed, now) > KeepRemoved);

            var before = new List<Server>(_servers);
            var servers = new List<Server>(configs.Count);
            var fresh = new List<Server>();
            foreach (var config in configs)
            {
                if (Take(before, config) is { } kept)
                {
                    kept.SetWeight(config.Weight ?? 1);
                    _rotation.Set(kept, kept.Weight);
                    servers.Add(kept);
                    continue;
                }

                if ((TakeRemoved(config) ?? Make(config, ref errors)) is { } server)
                {
                    server.SetWeight(config.Weight ?? 1);
                    server.Activate();
                    servers.Add(server);
                    fresh.Add(server);
                }
            }

            // Shuffled, as Traefik does, so that many gateways do not all begin with the same server.
            var order = fresh.ToArray();
            _random.Shuffle(order);
            foreach (var server in order)
            {
                _rotation.Set(server, server.Weight);
            }

            _servers = [.. servers];
            foreach (var server in before)
            {
                _rotation.Remove(server);
                _removed.Add((server, now));
                server.Retire();
            }
        }

        return errors ?? (IReadOnlyList<string>)[];
    }

    /// <summary>
    /// The server for the next attempt; null when there is none left. Servers that could not be reached a moment ago are chosen only
    /// when there is no other.
    /// </summary>
    internal Server? Choose(in TriedServers tried) => _servers.Length == 0 ? null : _rotation.Next(tried, _time.GetTimestamp());

    private static Server? Take(List<Server> servers, ServerConfig config)
    {
        var index = servers.FindIndex(server => server.Is(config));
        if (index < 0)
        {
            return null;
        }

        var server = servers[index];
        servers.RemoveAt(index);
        return server;
    }

    private Server? TakeRemoved(ServerConfig config)
    {
        var index = _removed.FindIndex(entry => entry.Server.Is(config));
        if (index < 0)
        {
            return null;
        }

        var server = _removed[index].Server;
        _removed.RemoveAt(index);
        return server;
    }

    private Server? Make(ServerConfig config, ref List<string>? errors)
    {
        if (Server.TryCreate(config, _addresses, out var server, out var error))
        {
            return server;
        }

        (errors ??= []).Add(error);
        return null;
    }
}
