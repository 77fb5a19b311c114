using System.Diagnostics.CodeAnalysis;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Forwarding;
using EdgeGateway.Proxy.Snapshots;

namespace EdgeGateway.Proxy.Services;

/// <summary>Makes services from their configuration.</summary>
public sealed class ServiceFactory(ServiceStateStore states, HttpForwarding forwarding, TimeProvider time)
{
    /// <summary>Makes a service, or says why it cannot be used, in Traefik's words where it has some.</summary>
    /// <param name="name">Qualified name.</param>
    /// <param name="config">The service.</param>
    /// <param name="transport">How its servers are reached.</param>
    /// <param name="model">The service; null on an error.</param>
    /// <param name="problems">Servers that were left out.</param>
    /// <param name="error">Why there is no service.</param>
    public bool TryCreate(
        string name, HttpServiceConfig config, UpstreamTransport transport, [NotNullWhen(true)] out HttpServiceModel? model,
        out IReadOnlyList<ServerProblem> problems, [NotNullWhen(false)] out string? error)
    {
        model = null;
        problems = [];
        string[] types = [.. HttpServiceConfig.Type.Present(config).Where(static type => type != "middlewares")];
        if (types.Length > 1)
        {
            error = "cannot create service: multi-types service not supported, consider declaring two different pieces of service instead";
            return false;
        }

        if (config.LoadBalancer is not { } loadBalancer)
        {
            error = types.Length == 0
                ? $"the service \"{name}\" does not have any type defined"
                : Unsupported.Text($"the type {types[0]} of the service \"{name}\"");
            return false;
        }

        if (loadBalancer.Strategy is not (null or "" or "wrr"))
        {
            error = loadBalancer.Strategy is "p2c" or "hrw" or "leasttime"
                ? Unsupported.Text($"load-balancer strategy \"{loadBalancer.Strategy}\"")
                : $"unsupported load-balancer strategy \"{loadBalancer.Strategy}\"";
            return false;
        }

        if (NotBuilt(loadBalancer) is { } option)
        {
            error = Unsupported.Text($"the option loadBalancer.{option} of the service \"{name}\"");
            return false;
        }

        if (config.Middlewares.Count > 0)
        {
            error = Unsupported.Text($"the option middlewares of the service \"{name}\"");
            return false;
        }

        var state = states.GetOrCreate(name);
        problems = state.Update(loadBalancer.Servers);
        if (state.Servers.Count == 0 && problems.FirstOrDefault(static p => !p.IsWarning) is { Text: { } reason })
        {
            error = reason;
            return false;
        }

        error = null;
        model = new LoadBalancedService(state, transport, forwarding, loadBalancer.PassHostHeader ?? true, time);
        return true;
    }

    /// <summary>Only the servers of a service changed.</summary>
    /// <returns>Servers that were left out.</returns>
    public IReadOnlyList<ServerProblem> UpdateServers(string name, ConfigList<ServerConfig> servers) => states.GetOrCreate(name).Update(servers);

    /// <inheritdoc cref="ServiceStateStore.Release" />
    public void Release(string name) => states.Release(name);

    /// <inheritdoc cref="ServiceStateStore.Trim" />
    public void Trim() => states.Trim();

    private static string? NotBuilt(LoadBalancerConfig config) =>
        config.Sticky is not null ? "sticky"
        : config.HealthCheck is not null ? "healthCheck"
        : config.PassiveHealthCheck is not null ? "passiveHealthCheck"
        : null;
}
