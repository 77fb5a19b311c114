using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Configuration.Static;

namespace EdgeGateway.Proxy.Snapshots;

/// <summary>
/// The routers that the gateway makes for itself from its static options, as provider <c>internal</c> (dynamic-config §3.3).
/// </summary>
public static class InternalConfiguration
{
    /// <summary>Provider name of everything made here.</summary>
    public const string Provider = "internal";

    /// <summary>Entry point of API, dashboard and ping unless another is named.</summary>
    public const string AdminEntryPoint = "traefik";

    /// <summary>What decides which routers exist.</summary>
    /// <param name="EntryPoints">TCP entry points in the order of their names.</param>
    /// <param name="ApiInsecure">Routers for API and dashboard on the admin entry point.</param>
    /// <param name="Dashboard">The dashboard is on.</param>
    /// <param name="Debug">The debug routes are on.</param>
    /// <param name="PingEntryPoint">Entry point of the ping router; null when ping is off or routed by hand.</param>
    /// <param name="MetricsEntryPoint">Entry point of the router for Prometheus; null when that is off or routed by hand.</param>
    public sealed record Options(
        IReadOnlyList<KeyValuePair<string, EntryPointConfig>> EntryPoints, bool ApiInsecure, bool Dashboard, bool Debug, string? PingEntryPoint,
        string? MetricsEntryPoint);

    /// <summary>Makes the message; redirections to unknown entry points come back as warnings.</summary>
    public static ProviderMessage Build(Options options)
    {
        var routers = new Dictionary<string, HttpRouterConfig>(StringComparer.Ordinal);
        var middlewares = new Dictionary<string, MiddlewareConfig>(StringComparer.Ordinal);
        var services = new Dictionary<string, HttpServiceConfig>(StringComparer.Ordinal) { ["noop"] = new() };
        var problems = new List<ConfigurationProblem>();

        if (options.PingEntryPoint is { } ping)
        {
            routers["ping"] = Own("ping", "PathPrefix(`/ping`)", ping, long.MaxValue);
            services["ping"] = new();
        }

        if (options.MetricsEntryPoint is { } metrics)
        {
            routers["prometheus"] = Own("prometheus", "PathPrefix(`/metrics`)", metrics, long.MaxValue);
            services["prometheus"] = new();
        }

        if (options.ApiInsecure)
        {
            routers["api"] = Own("api", "PathPrefix(`/api`)", AdminEntryPoint, long.MaxValue - 1);
            if (options.Debug)
            {
                routers["debug"] = Own("api", "PathPrefix(`/debug`)", AdminEntryPoint, long.MaxValue - 1);
            }

            if (options.Dashboard)
            {
                routers["dashboard"] = Own("dashboard", "PathPrefix(`/`)", AdminEntryPoint, long.MaxValue - 2) with
                {
                    Middlewares = [$"dashboard_redirect@{Provider}", $"dashboard_stripprefix@{Provider}"],
                };

                // The plain URL of any host, with or without a port: nothing but the root is sent on. As Traefik shows it in its API.
                middlewares["dashboard_redirect"] = new()
                {
                    RedirectRegex = new()
                    {
                        Regex = @"^(http:\/\/(\[[\w:.]+\]|[\w\._-]+)(:\d+)?)\/$", Replacement = "${1}/dashboard/", Permanent = true,
                    },
                };
                middlewares["dashboard_stripprefix"] = new() { StripPrefix = new() { Prefixes = ["/dashboard", "/dashboard/"] } };
            }
        }

        foreach (var (name, entryPoint) in options.EntryPoints)
        {
            if (entryPoint.Http.Redirections?.EntryPoint is { To.Length: > 0 } redirection)
            {
                AddRedirection(name, redirection, options, routers, middlewares, problems);
            }
        }

        services["api"] = new();
        if (options.Dashboard)
        {
            services["dashboard"] = new();
        }

        var http = new HttpConfiguration
        {
            Routers = routers.ToConfigMap(),
            Middlewares = middlewares.ToConfigMap(),
            Services = services.ToConfigMap(),
        };
        return new(Provider, new DynamicConfiguration { Http = http }, problems.ToConfigList());
    }

    private static HttpRouterConfig Own(string service, string rule, string entryPoint, long priority) => new()
    {
        Rule = rule,
        RuleSyntax = "default",
        EntryPoints = [entryPoint],
        Service = $"{service}@{Provider}",
        Priority = priority,
    };

    private static void AddRedirection(
        string from,
        EntryPointRedirectionConfig redirection,
        Options options,
        Dictionary<string, HttpRouterConfig> routers,
        Dictionary<string, MiddlewareConfig> middlewares,
        List<ConfigurationProblem> problems)
    {
        var to = redirection.To!;
        string port;
        if (to.StartsWith(':'))
        {
            port = to[1..];
        }
        else if (options.EntryPoints.FirstOrDefault(e => string.Equals(e.Key, to, StringComparison.Ordinal)).Value is { } target)
        {
            port = PortOf(target.Address);
        }
        else
        {
            problems.Add(new(
                "EG-REDIRECT-ENTRYPOINT", ProblemSeverity.Error,
                new($"entryPoints.{from}.http.redirections.entryPoint.to"),
                $"entry point \"{from}\" redirects to \"{to}\", which does not exist; no redirection is made"));
            return;
        }

        var name = NameNormalizer.Normalize($"{from}-to-{to}");
        middlewares[$"redirect-{name}"] = new()
        {
            RedirectScheme = new() { Scheme = redirection.Scheme, Port = port, Permanent = redirection.Permanent },
        };
        routers[name] = new()
        {
            Rule = "HostRegexp(`^.+$`)",
            RuleSyntax = "default",
            EntryPoints = [from],
            Middlewares = [$"redirect-{name}"],
            Service = $"noop@{Provider}",
            Priority = redirection.Priority,
        };
    }

    /// <summary>The port of <c>host:port/protocol</c>; empty when there is none.</summary>
    internal static string PortOf(string? address)
    {
        var text = address ?? "";
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        text = slash < 0 ? text : text[..slash];
        return text[(text.LastIndexOf(':') + 1)..];
    }
}
