using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using EdgeGateway.Configuration.Static;

namespace EdgeGateway.Proxy.Api;

/// <summary>What the API shows beside the snapshot; fixed while the gateway runs, except what the delegates read.</summary>
public sealed record ApiOptions
{
    /// <summary>Prefix of API and dashboard. Default <c>/</c>.</summary>
    public string BasePath { get; init; } = "/";

    /// <summary>The dashboard is served. Default true.</summary>
    public bool Dashboard { get; init; } = true;

    /// <summary>Shown in the title and by <c>/api/version</c>.</summary>
    public string? DashboardName { get; init; }

    /// <summary>Reported by <c>/api/version</c>.</summary>
    public bool DisableDashboardAd { get; init; }

    /// <summary>Version of this gateway.</summary>
    public required string Version { get; init; }

    /// <summary>When the process started.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>Entry points by name, in ordinal order.</summary>
    public required IReadOnlyList<KeyValuePair<string, EntryPointConfig>> EntryPoints { get; init; }

    /// <summary>Names of the configured providers as Traefik writes them, such as <c>Nomad</c>.</summary>
    public required IReadOnlyList<string> Providers { get; init; }

    /// <summary>Access logs are written.</summary>
    public bool AccessLog { get; init; }

    /// <summary>The metrics in use as Traefik names them, such as <c>Prometheus</c>; empty = none.</summary>
    public string Metrics { get; init; } = "";

    /// <summary><c>/debug/vars</c> is served (<c>api.debug</c>).</summary>
    public bool Debug { get; init; }

    /// <summary>The certificates of the store, without the generated default.</summary>
    public Func<IReadOnlyList<X509Certificate2>> Certificates { get; init; } = static () => [];

    /// <summary>Writes the static configuration, for the support dump.</summary>
    public Action<Utf8JsonWriter> WriteStatic { get; init; } = static writer => { writer.WriteStartObject(); writer.WriteEndObject(); };

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Writes the members of <c>/api/edge</c>, our addition: certificates, dropped log lines, provider health.</summary>
    public Action<Utf8JsonWriter> WriteEdge { get; init; } = static _ => { };
}
