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

    private List<(Server Server, long Removed)>? _removed;
    private readonly WeightedRoundRobin _rotation = new();
    private readonly ServerAddresses _addresses;
    private readonly OwnEntryPoints _own;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private volatile Server[] _servers = [];

    internal ServiceState(string name, ServerAddresses addresses, OwnEntryPoints own, TimeProvider time, Random random)
    {
        Name = name;
        _addresses = addresses;
        _own = own;
        _time = time;
        _random = random;
    }

    /// <summary>Qualified name of the service.</summary>
    public string Name { get; }

    /// <summary>The servers in force, in the order of the configuration.</summary>
    public IReadOnlyList<Server> Servers => _servers;

    /// <summary>Every host and port.</summary>
    internal ServerAddresses Addresses => _addresses;

    /// <inheritdoc cref="Servers" />
    internal Server[] Listed => _servers;

    /// <summary>True when some server may get requests.</summary>
    /// <param name="countsWeight">False: one without a share may, too (<c>p2c</c>).</param>
    internal bool HasUsable(bool countsWeight)
    {
        foreach (var server in _servers)
        {
            if (server.IsUp && !server.IsFenced && (server.Weight > 0 || !countsWeight))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Puts a new list of servers in force; those whose URL stays keep their object and their place in the rotation.</summary>
    /// <returns>Why servers were left out, one entry each.</returns>
    public IReadOnlyList<ServerProblem> Update(ConfigList<ServerConfig> configs)
    {
        List<ServerProblem>? errors = null;
        // A lock that nobody outside has; one of its own would weigh as much as the rest.
        lock (_rotation)
        {
            var now = _time.GetTimestamp();
            _removed?.RemoveAll(entry => _time.GetElapsedTime(entry.Removed, now) > KeepRemoved);

            var before = new List<Server>(_servers);
            var servers = new List<Server>(configs.Count);
            var fresh = new List<Server>();
            var joins = before.Count > 0;
            foreach (var config in configs)
            {
                if (Take(before, config) is { } kept)
                {
                    kept.SetWeight(config.Weight ?? 1);
                    if (kept.Activate())
                    {
                        kept.Join(false); // the whole service was gone: none of its servers is better known than the others
                    }

                    _rotation.Set(kept, kept.Weight);
                    servers.Add(kept);
                    continue;
                }

                if ((TakeRemoved(config) ?? Make(config, ref errors)) is { } server)
                {
                    server.SetWeight(config.Weight ?? 1);
                    server.Activate();

                    // What is there at the first look has been there before us; what comes later comes up now.
                    server.Join(joins);
                    if (server.IsStarting)
                    {
                        StartProbe.Begin(server, _time);
                    }

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
                (_removed ??= []).Add((server, now));
                server.Retire();
            }
        }

        return errors ?? (IReadOnlyList<ServerProblem>)[];
    }

    /// <summary>
    /// The service is gone: idle connections are closed. A request that took the snapshot before and has not chosen yet still finds
    /// the servers.
    /// </summary>
    internal void Retire()
    {
        foreach (var server in _servers)
        {
            server.Retire();
        }
    }

    /// <summary>
    /// The server for the next attempt; null when there is none left. Servers that could not be reached a moment ago, or that just
    /// started (<see cref="StartProbe"/>), are chosen only when there is no other.
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
        var index = _removed?.FindIndex(entry => entry.Server.Is(config)) ?? -1;
        if (index < 0)
        {
            return null;
        }

        var server = _removed![index].Server;
        _removed.RemoveAt(index);
        return server;
    }

    private Server? Make(ServerConfig config, ref List<ServerProblem>? errors)
    {
        if (!Server.TryCreate(config, _addresses, out var server, out var error))
        {
            (errors ??= []).Add(new(error, IsWarning: false));
            return null;
        }

        if (_own.Find(server.Host, server.Port) is { } entryPoint)
        {
            (errors ??= []).Add(new(
                $"the server {server.Url} is the gateway's own entry point \"{entryPoint}\" and is left out: a request to it would come back", IsWarning: true));
            return null;
        }

        return server;
    }
}
