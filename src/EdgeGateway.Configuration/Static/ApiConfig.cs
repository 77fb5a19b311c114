using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary><c>api</c> (static-config §2).</summary>
public sealed record ApiConfig
{
    /// <summary>Routers for API and dashboard on the entry point traefik. Default false.</summary>
    public bool Insecure { get; init; }

    /// <summary>The dashboard is served. Default true.</summary>
    public bool Dashboard { get; init; } = true;

    /// <summary>/debug/vars is served. Default false; there is no /debug/pprof.</summary>
    public bool Debug { get; init; }

    /// <summary>Reported by /api/version.</summary>
    public bool DisableDashboardAd { get; init; }

    /// <summary>Title of the dashboard.</summary>
    public string? DashboardName { get; init; }

    /// <summary>Prefix of API and dashboard. Default /.</summary>
    public string? BasePath { get; init; } = "/";

    /// <summary>How it is read and written.</summary>
    public static ObjectType<ApiConfig> Type { get; } = new ObjectType<ApiConfig>(static () => new())
        .Field("insecure", ConfigTypes.Bool, static o => o.Insecure, static (o, v) => o with { Insecure = v }, description: "Routers for API and dashboard on the entry point traefik. Default false.")
        .Field("dashboard", ConfigTypes.Bool, static o => o.Dashboard, static (o, v) => o with { Dashboard = v }, description: "The dashboard is served. Default true.")
        .Field("debug", ConfigTypes.Bool, static o => o.Debug, static (o, v) => o with { Debug = v }, description: "/debug/vars is served. Default false; there is no /debug/pprof.")
        .Field("disableDashboardAd", ConfigTypes.Bool, static o => o.DisableDashboardAd, static (o, v) => o with { DisableDashboardAd = v }, description: "Reported by /api/version.")
        .Field("dashboardName", ConfigTypes.String, static o => o.DashboardName, static (o, v) => o with { DashboardName = v }, description: "Title of the dashboard.")
        .Field("basePath", ConfigTypes.String, static o => o.BasePath, static (o, v) => o with { BasePath = v }, description: "Prefix of API and dashboard. Default /.");
}
