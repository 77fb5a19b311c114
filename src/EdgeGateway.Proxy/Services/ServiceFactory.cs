using System.Diagnostics.CodeAnalysis;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Forwarding;
using EdgeGateway.Proxy.Services.Health;
using EdgeGateway.Proxy.Services.Sticky;
using EdgeGateway.Proxy.Services.Strategies;

namespace EdgeGateway.Proxy.Services;

/// <summary>Makes load balancers from their configuration.</summary>
public sealed class ServiceFactory(ServiceStateStore states, HttpForwarding forwarding, HealthChecks health, TimeProvider time)
{
    /// <summary>Why a service can be of no type, in Traefik's words; null when it has one.</summary>
    /// <param name="name">Qualified name.</param>
    /// <param name="config">The service.</param>
    public static string? TypeFault(string name, HttpServiceConfig config) =>
        HttpServiceConfig.Type.Present(config).Count(static type => type != "middlewares") switch
        {
            0 => $"the service \"{name}\" does not have any type defined",
            1 => null,
            _ => "cannot create service: multi-types service not supported, consider declaring two different pieces of service instead",
        };

    /// <summary>Makes a load balancer, or says why it cannot be used, in Traefik's words where it has some.</summary>
    /// <param name="name">Qualified name.</param>
    /// <param name="config">The load balancer.</param>
    /// <param name="transport">How its servers are reached.</param>
    /// <param name="model">The service; null on an error.</param>
    /// <param name="problems">Servers that were left out.</param>
    /// <param name="error">Why there is no service.</param>
    public bool TryCreate(
        string name, LoadBalancerConfig config, UpstreamTransport transport, [NotNullWhen(true)] out HttpServiceModel? model,
        out IReadOnlyList<ServerProblem> problems, [NotNullWhen(false)] out string? error)
    {
        model = null;
        problems = [];
        if (config.Strategy is not (null or "" or "wrr" or "p2c" or "hrw" or "leasttime"))
        {
            error = $"unsupported load-balancer strategy \"{config.Strategy}\"";
            return false;
        }

        var state = states.GetOrCreate(name);
        problems = state.Update(config.Servers);
        if (state.Servers.Count == 0 && problems.FirstOrDefault(static p => !p.IsWarning) is { Text: { } reason })
        {
            error = reason;
            health.End(name);
            return false;
        }

        error = null;
        var check = config.HealthCheck;
        if (check is not null && HealthCheckTarget.FaultOf(check) is { } fault)
        {
            problems = [.. problems, new(fault, IsWarning: true, "EG-HEALTH")];
            check = null;
        }

        health.Watch(state, check, transport);
        model = new LoadBalancedService(state, transport, forwarding, config.PassHostHeader ?? true, time)
        {
            Selection = SelectionOf(name, config, state, check is not null),
            IsChecked = check is not null,
        };
        return true;
    }

    /// <summary>Only the servers of a service changed.</summary>
    /// <returns>Servers that were left out.</returns>
    public IReadOnlyList<ServerProblem> UpdateServers(string name, ConfigList<ServerConfig> servers) 
    {
        var problems = states.GetOrCreate(name).Update(servers);
        health.Follow(name);
        return problems;
    }

    /// <inheritdoc cref="ServiceStateStore.Release" />
    public void Release(string name)
    {
        health.End(name);
        states.Release(name);
    }

    /// <inheritdoc cref="ServiceStateStore.Trim" />
    public void Trim() => states.Trim();

    private ServerSelection? SelectionOf(string name, LoadBalancerConfig config, ServiceState state, bool isChecked)
    {
        ServerStrategy? strategy = config.Strategy switch
        {
            "p2c" => new PowerOfTwoChoices(states.NewRandom()),
            "hrw" => new HashedServers(),
            "leasttime" => new LeastTime(),
            _ => null,
        };

        // A client of hrw stays where it is without a cookie.
        var sticky = config.Sticky?.Cookie is { } cookie && strategy is not HashedServers
            ? new StickyServers(new StickyCookie(cookie, name), state, countsWeight: strategy is not PowerOfTwoChoices)
            : null;
        var passive = config.PassiveHealthCheck is { } learned
            ? new PassiveHealth(learned, name, isChecked, time, health.Logger)
            : null;
        return strategy is null && sticky is null && passive is null ? null : new(state, strategy, sticky, passive, time);
    }
}
