using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Snapshots.Routers;
using EdgeGateway.Proxy.Udp;

namespace EdgeGateway.Proxy.Snapshots.Layer4;

/// <summary>
/// Compiles UDP routers. They have no rule, so each entry point has one: the greatest qualified name wins, as in Traefik
/// (dynamic-config §5.6); the others are told so.
/// </summary>
internal sealed class UdpRouterCompiler(RouterEntryPoints entryPoints)
{
    /// <summary>The router of each entry point.</summary>
    public Dictionary<string, UdpRouterModel> Models { get; private set; } = new(StringComparer.Ordinal);

    /// <summary>What is said about every router.</summary>
    public UdpRouterReport[] Reports { get; private set; } = [];

    /// <summary>Compiles them all: there are few, one per entry point at best.</summary>
    public void Update(IReadOnlyList<ProviderMessage> messages, UdpServiceCompiler services)
    {
        var models = new Dictionary<string, UdpRouterModel>(StringComparer.Ordinal);
        var reports = new List<UdpRouterReport>();
        foreach (var (name, config, faults) in messages
            .SelectMany(static m => m.Configuration.Udp.Routers.Select(
                r => (Name: new QualifiedName(r.Key, m.Provider), Config: r.Value, Faults: new RouterFaults(r.Key, m, "udp.routers"))))
            .OrderByDescending(static r => r.Name.ToString(), StringComparer.Ordinal))
        {
            var errors = new List<string>();
            var usable = entryPoints.Resolve(config.EntryPoints, errors, out var served);
            var warnings = errors.Count;
            QualifiedName? serviceName = string.IsNullOrEmpty(config.Service) ? null : QualifiedName.Resolve(config.Service, name.Provider);
            var service = serviceName is { } known ? services.Find(known) : null;
            if (service?.Model is null)
            {
                errors.Add(
                    serviceName is null ? "the service is missing on the udp router"
                    : service?.Error ?? $"the UDP service \"{serviceName}\" does not exist{services.DidYouMean(serviceName.Value)}");
            }

            usable &= errors.Count == warnings;
            if (usable)
            {
                var model = Reused(name.ToString(), service!.Model!);
                foreach (var entryPoint in served)
                {
                    if (!models.TryAdd(entryPoint, model))
                    {
                        errors.Add($"entry point \"{entryPoint}\" has more than one UDP router; {Named(models[entryPoint].Name, entryPoint, messages)} is used");
                    }
                }
            }

            reports.Add(new(
                name.ToString(), name.Provider, config.EntryPoints.Count == 0 ? config with { EntryPoints = served } : config,
                !usable ? ElementStatus.Disabled : errors.Count > 0 ? ElementStatus.Warning : ElementStatus.Enabled,
                errors.Select(faults.Locate).ToConfigList(), served, serviceName?.ToString() ?? "")
            {
                Places = faults.Places,
            });
        }

        Models = models;
        Reports = [.. reports];
    }

    private static string Named(string router, string entryPoint, IReadOnlyList<ProviderMessage> messages) =>
        ClaimedRule.Origin("udp.routers", router, entryPoint, messages) is { } origin ? $"{router} of job {origin.Job}" : router;

    private UdpRouterModel Reused(string name, UdpServiceModel service) =>
        Models.Values.FirstOrDefault(model => model.Name == name && ReferenceEquals(model.Service, service)) ?? new(name, service);
}
