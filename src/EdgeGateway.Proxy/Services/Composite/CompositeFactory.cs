using System.Diagnostics.CodeAnalysis;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Services.Sticky;
using EdgeGateway.Proxy.Snapshots;

namespace EdgeGateway.Proxy.Services.Composite;

/// <summary>Makes the services that stand in front of other services.</summary>
internal sealed class CompositeFactory
{
    /// <summary>The services that one names, as written, in the order in which <see cref="TryCreate"/> wants them; empty for a load balancer.</summary>
    public static IReadOnlyList<string> ReferencesOf(HttpServiceConfig config) => config switch
    {
        { Weighted: { } weighted } => [.. weighted.Services.Select(static member => member.Name ?? "")],
        { HighestRandomWeight: { } hashed } => [.. hashed.Services.Select(static member => member.Name ?? "")],
        _ => [],
    };

    /// <summary>Makes a service, or says why it cannot be used.</summary>
    /// <param name="name">Qualified name.</param>
    /// <param name="config">The service.</param>
    /// <param name="members">What <see cref="ReferencesOf"/> names.</param>
    /// <param name="before">What served under the name before; null = nothing.</param>
    /// <param name="model">The service; null on an error.</param>
    /// <param name="error">Why there is no service, in Traefik's words where it has some.</param>
    public bool TryCreate(
        string name, HttpServiceConfig config, HttpServiceModel[] members, HttpServiceModel? before,
        [NotNullWhen(true)] out HttpServiceModel? model, [NotNullWhen(false)] out string? error)
    {
        model = null;
        error = null;
        switch (config)
        {
            case { Weighted: { } weighted }:
                error = weighted.HealthCheck is null ? null : Unchecked(name, weighted.Services, members);
                model = error is not null ? null : new WeightedService(
                    name, Members(weighted.Services, members),
                    weighted.Sticky?.Cookie is { } cookie ? new StickyCookie(cookie, name) : null,
                    weighted.HealthCheck is not null, before as WeightedService);
                break;
            case { HighestRandomWeight: { } hashed }:
                error = hashed.HealthCheck is null ? null : Unchecked(name, hashed.Services, members);
                model = error is not null ? null : new HashedService(name, Members(hashed.Services, members), hashed.HealthCheck is not null);
                break;
            default:
                var type = HttpServiceConfig.Type.Present(config).First(static type => type != "middlewares");
                error = Unsupported.Text($"the type {type} of the service \"{name}\"");
                break;
        }

        return model is not null;
    }

    private static ServiceMember[] Members(IEnumerable<WeightedServiceConfig> services, HttpServiceModel[] members) =>
        [.. services.Zip(members, static (config, model) => new ServiceMember(config.Name ?? "", model, config.Weight ?? 1)).Where(static member => member.Weight > 0)];

    private static string? Unchecked(string name, IEnumerable<WeightedServiceConfig> services, HttpServiceModel[] members) => services
        .Zip(members, static (config, model) => (config.Name, Reason: model.HealthUnknown))
        .Where(static member => member.Reason is not null)
        .Select(member => CannotRegister(name, member.Name ?? "", member.Reason!))
        .FirstOrDefault();

    private static string CannotRegister(string name, string member, string reason) => $"cannot register {member} as updater for {name}: {reason}";
}
