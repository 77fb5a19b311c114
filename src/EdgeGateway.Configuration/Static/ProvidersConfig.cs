using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary><c>providers</c> (static-config §2).</summary>
public sealed record ProvidersConfig
{
    /// <summary>Accepted, without effect: nothing is throttled.</summary>
    public TimeSpan ProvidersThrottleDuration { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Providers that win at equal priority, first first.</summary>
    public ConfigList<string> Precedence { get; init; } = ConfigList<string>.Empty;

    /// <summary>Nomad native service discovery; null = off.</summary>
    public NomadConfig? Nomad { get; init; }

    /// <summary>Dynamic configuration from files; null = off.</summary>
    public FileConfig? File { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<ProvidersConfig> Type { get; } = new ObjectType<ProvidersConfig>(static () => new())
        .Field("providersThrottleDuration", ConfigTypes.Duration, static o => o.ProvidersThrottleDuration, static (o, v) => o with { ProvidersThrottleDuration = v }, description: "Accepted, without effect: nothing is throttled.")
        .Field("precedence", ConfigTypes.CommaList, static o => o.Precedence, static (o, v) => o with { Precedence = v }, description: "Providers that win at equal priority, first first.")
        .Field("nomad", NomadConfig.Type, static o => o.Nomad, static (o, v) => o with { Nomad = v }, FieldOptions.AllowEmpty, description: "Nomad native service discovery; null = off.")
        .Field("file", FileConfig.Type, static o => o.File, static (o, v) => o with { File = v }, description: "Dynamic configuration from files; null = off.");
}
