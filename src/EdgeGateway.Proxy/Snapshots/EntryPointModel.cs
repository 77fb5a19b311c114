using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Static;

namespace EdgeGateway.Proxy.Snapshots;

/// <summary>What an entry point gives to the routers on it (dynamic-config §3.4).</summary>
/// <param name="EntryPoint">Entry point name.</param>
/// <param name="Middlewares">In front of the router's; qualified.</param>
/// <param name="Tls">TLS of routers that have none.</param>
public sealed record EntryPointModel(string EntryPoint, ConfigList<string> Middlewares, RouterTlsConfig? Tls)
{
    /// <summary>The model of an entry point, or null when it gives nothing.</summary>
    public static EntryPointModel? Of(string name, EntryPointConfig config) =>
        config.Http.Middlewares.Count > 0 || config.Http.Tls is not null || config.Http.EncodedCharacters is not null
            ? new(name, config.Http.Middlewares, config.Http.Tls)
            : null;

    /// <summary>
    /// The routers that one router becomes: a router with several entry points is split off for each that has a model
    /// (<c>entryPoint-name@provider</c>); one with a single entry point keeps its name.
    /// </summary>
    internal static IEnumerable<(string Name, HttpRouterConfig Config)> Apply(
        string name, HttpRouterConfig router, ConfigList<string> entryPoints, IReadOnlyDictionary<string, EntryPointModel> models)
    {
        var without = new List<string>();
        foreach (var entryPoint in entryPoints)
        {
            if (!models.TryGetValue(entryPoint, out var model))
            {
                without.Add(entryPoint);
                continue;
            }

            yield return (
                entryPoints.Count == 1 ? name : $"{entryPoint}-{name}",
                router with
                {
                    EntryPoints = [entryPoint],
                    Tls = router.Tls ?? model.Tls,
                    Middlewares = model.Middlewares.Count == 0 ? router.Middlewares : [.. model.Middlewares, .. router.Middlewares],
                });
        }

        if (without.Count > 0)
        {
            var own = without.Count == entryPoints.Count ? entryPoints : without.ToConfigList();
            yield return (name, ReferenceEquals(own, router.EntryPoints) ? router : router with { EntryPoints = own });
        }
    }
}
