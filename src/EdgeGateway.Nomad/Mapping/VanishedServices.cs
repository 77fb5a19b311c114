using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Nomad.Mapping;

/// <summary>
/// Keeps the routers of a service whose last instance went, without servers, for a grace time: they answer 503. Without that the requests
/// of a service that restarts would fall to the next router that matches, such as the catch-all of another application.
/// What living instances declare always comes first.
/// </summary>
internal sealed class VanishedServices(TimeProvider time, TimeSpan grace)
{
    private readonly Dictionary<string, Vanished> _services = new(StringComparer.Ordinal);
    private (DynamicConfiguration Live, DynamicConfiguration Joined) _last = (DynamicConfiguration.Empty, DynamicConfiguration.Empty);
    private bool _changed;

    /// <summary>When the next service's grace time is over, from now; null = none is waited for.</summary>
    internal TimeSpan? Due => _services.Count == 0 ? null : Durations.Max(_services.Values.Min(v => grace - time.GetElapsedTime(v.Since)), TimeSpan.Zero);

    /// <summary>Notes which services went and which came back or are over.</summary>
    /// <param name="removed">Fragments of the last call whose instance is gone or changed.</param>
    /// <param name="isPresent">Whether a service has an instance now.</param>
    /// <returns>True when anything is different from the last call.</returns>
    internal bool Update(IReadOnlyCollection<InstanceFragment> removed, Func<string, bool> isPresent)
    {
        if (grace <= TimeSpan.Zero)
        {
            return false;
        }

        var changed = false;
        foreach (var gone in removed.Where(fragment => fragment.Fragment is not null && !isPresent(fragment.Instance.ServiceName))
            .GroupBy(static fragment => fragment.Instance.ServiceName))
        {
            var declared = gone.OrderByDescending(static f => f.Fragment!.Age).Select(static f => WithoutServers(f.Fragment!.Configuration)).Distinct().ToArray();
            _services[gone.Key] = new(time.GetTimestamp(), gone.First().Instance, declared);
            changed = true;
        }

        foreach (var (name, service) in _services.ToArray())
        {
            if (isPresent(name) || time.GetElapsedTime(service.Since) >= grace)
            {
                _services.Remove(name);
                changed = true;
            }
        }

        _changed |= changed;
        return changed;
    }

    /// <summary>The living configuration with what is kept; the same object as long as neither changed.</summary>
    internal DynamicConfiguration Join(DynamicConfiguration live)
    {
        if (_services.Count == 0)
        {
            _changed = false;
            return live;
        }

        if (!_changed && ReferenceEquals(live, _last.Live))
        {
            return _last.Joined;
        }

        var kept = _services.OrderBy(static s => s.Key, StringComparer.Ordinal).SelectMany(static s => s.Value.Declared).ToArray();
        _last = (live, new()
        {
            Http = live.Http with
            {
                Routers = Join(live.Http.Routers, kept, static c => c.Http.Routers),
                Services = Join(live.Http.Services, kept, static c => c.Http.Services),
                Middlewares = Join(live.Http.Middlewares, kept, static c => c.Http.Middlewares),
            },
            Tcp = live.Tcp with
            {
                Routers = Join(live.Tcp.Routers, kept, static c => c.Tcp.Routers),
                Services = Join(live.Tcp.Services, kept, static c => c.Tcp.Services),
                Middlewares = Join(live.Tcp.Middlewares, kept, static c => c.Tcp.Middlewares),
            },
            Udp = live.Udp with
            {
                Routers = Join(live.Udp.Routers, kept, static c => c.Udp.Routers),
                Services = Join(live.Udp.Services, kept, static c => c.Udp.Services),
            },
            Tls = live.Tls,
        });
        _changed = false;
        return _last.Joined;
    }

    /// <summary>One warning per service that is kept.</summary>
    internal IEnumerable<ConfigurationProblem> Problems() => _services.Values.Select(service => new ConfigurationProblem(
        "EG-NOMAD-GONE", ProblemSeverity.Warning, new($"namespace {service.Last.Namespace}, job {service.Last.JobId}, service {service.Last.ServiceName}"),
        $"service {service.Last.ServiceName} has no instance left: its routers answer 503 for {grace.TotalSeconds:0.###} s, then they go"));

    private static ConfigMap<T> Join<T>(ConfigMap<T> live, DynamicConfiguration[] kept, Func<DynamicConfiguration, ConfigMap<T>> select)
        where T : class
    {
        var more = new SortedDictionary<string, T?>(StringComparer.Ordinal);
        foreach (var (name, element) in kept.SelectMany(select))
        {
            if (!live.ContainsKey(name))
            {
                more.TryAdd(name, element);
            }
        }

        return more.Count == 0 ? live : live.With([.. more]);
    }

    private static DynamicConfiguration WithoutServers(DynamicConfiguration configuration) => configuration with
    {
        Http = configuration.Http with
        {
            Services = Empty(configuration.Http.Services, static s => s.LoadBalancer is { } balancer
                ? s with { LoadBalancer = balancer with { Servers = ConfigList<ServerConfig>.Empty } }
                : s),
        },
        Tcp = configuration.Tcp with
        {
            Services = Empty(configuration.Tcp.Services, static s => s.LoadBalancer is { } balancer
                ? s with { LoadBalancer = balancer with { Servers = ConfigList<TcpServerConfig>.Empty } }
                : s),
        },
        Udp = configuration.Udp with
        {
            Services = Empty(configuration.Udp.Services, static s => s.LoadBalancer is { } balancer
                ? s with { LoadBalancer = balancer with { Servers = ConfigList<UdpServerConfig>.Empty } }
                : s),
        },
    };

    private static ConfigMap<T> Empty<T>(ConfigMap<T> services, Func<T, T> empty) =>
        services.Select(service => KeyValuePair.Create(service.Key, empty(service.Value))).ToConfigMap();

    private sealed record Vanished(long Since, NomadInstance Last, DynamicConfiguration[] Declared);
}
