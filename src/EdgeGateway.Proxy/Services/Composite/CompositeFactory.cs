using System.Diagnostics.CodeAnalysis;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Pipeline.Bodies;
using EdgeGateway.Proxy.Services.Sticky;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Proxy.Services.Composite;

/// <summary>Makes the services that stand in front of other services.</summary>
/// <param name="time">The clock.</param>
/// <param name="memory">What copies of request bodies may take.</param>
/// <param name="logger">For what they say while they serve.</param>
internal sealed class CompositeFactory(TimeProvider time, BodyMemory memory, ILogger<CompositeFactory> logger)
{
    /// <summary>The services that one names, as written, in the order in which <see cref="TryCreate"/> wants them; empty for a load balancer.</summary>
    public static IReadOnlyList<string> ReferencesOf(HttpServiceConfig config) => config switch
    {
        { Weighted: { } weighted } => [.. weighted.Services.Select(static member => member.Name ?? "")],
        { HighestRandomWeight: { } hashed } => [.. hashed.Services.Select(static member => member.Name ?? "")],
        { Mirroring: { } mirroring } => [mirroring.Service ?? "", .. mirroring.Mirrors.Select(static mirror => mirror.Name ?? "")],
        { Failover: { } failover } => [failover.Service ?? "", failover.Fallback ?? ""],
        _ => [],
    };

    /// <summary>Makes a service, or says why it cannot be used.</summary>
    /// <param name="name">Qualified name.</param>
    /// <param name="config">The service; one of the types that name others.</param>
    /// <param name="members">What <see cref="ReferencesOf"/> names.</param>
    /// <param name="before">What served under the name before; null = nothing.</param>
    /// <param name="model">The service; null on an error.</param>
    /// <param name="error">Why there is no service, in Traefik's words where it has some.</param>
    public bool TryCreate(
        string name, HttpServiceConfig config, HttpServiceModel[] members, HttpServiceModel? before,
        [NotNullWhen(true)] out HttpServiceModel? model, [NotNullWhen(false)] out string? error)
    {
        (model, error) = config switch
        {
            { Weighted: { } weighted } => Weighted(name, weighted, members, before as WeightedService),
            { HighestRandomWeight: { } hashed } => Hashed(name, hashed, members),
            { Mirroring: { } mirroring } => Mirroring(name, mirroring, members, before as MirroringService),
            { Failover: { } failover } => Failover(name, failover, members),
            _ => (null, $"the service \"{name}\" does not have any type defined"),
        };
        return model is not null;
    }

    private static (HttpServiceModel?, string?) Weighted(string name, WeightedConfig config, HttpServiceModel[] members, WeightedService? before) =>
        config.HealthCheck is not null && Unchecked(name, config.Services, members) is { } fault
            ? (null, fault)
            : (new WeightedService(
                name, Members(config.Services, members), config.Sticky?.Cookie is { } cookie ? new StickyCookie(cookie, name) : null,
                config.HealthCheck is not null, before), null);

    private static (HttpServiceModel?, string?) Hashed(string name, HighestRandomWeightConfig config, HttpServiceModel[] members) =>
        config.HealthCheck is not null && Unchecked(name, config.Services, members) is { } fault
            ? (null, fault)
            : (new HashedService(name, Members(config.Services, members), config.HealthCheck is not null), null);

    private (HttpServiceModel?, string?) Mirroring(string name, MirroringConfig config, HttpServiceModel[] members, MirroringService? before)
    {
        if (config.Mirrors.FirstOrDefault(static mirror => mirror.Percent is < 0 or > 100) is { } wrong)
        {
            return (null, $"percent must be between 0 and 100: mirror {wrong.Name} of {name} has {wrong.Percent}");
        }

        Mirror[] mirrors = [.. config.Mirrors.Zip(members.Skip(1), static (mirror, service) => new Mirror(mirror.Name ?? "", service, mirror.Percent))];
        return (new MirroringService(
            name, members[0], mirrors, config.MirrorBody ?? true, config.MaxBodySize ?? -1, config.HealthCheck is not null, memory, time, logger, before), null);
    }

    private (HttpServiceModel?, string?) Failover(string name, FailoverConfig config, HttpServiceModel[] members)
    {
        StatusRanges? statuses = null;
        if (config.Errors is { Status.Count: > 0 } errors && !StatusRanges.TryParse(errors.Status, out statuses, out var fault))
        {
            return (null, $"error creating failover service {name}: errors.status: {fault}");
        }

        if (statuses is null && members[0].HealthUnknown is { } main)
        {
            return (null, CannotRegister(name, config.Service ?? "", main));
        }

        return config.HealthCheck is not null && members[1].HealthUnknown is { } fallback
            ? (null, CannotRegister(name, config.Fallback ?? "", fallback))
            : (new FailoverService(
                name, members[0], members[1], statuses, config.Errors?.MaxRequestBodyBytes ?? -1, config.HealthCheck is not null, memory), null);
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
