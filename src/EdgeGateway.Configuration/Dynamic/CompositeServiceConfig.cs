using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary>Other services by weight.</summary>
public sealed record WeightedConfig
{
    /// <summary>The services.</summary>
    public ConfigList<WeightedServiceConfig> Services { get; init; } = ConfigList<WeightedServiceConfig>.Empty;

    /// <summary>Keeps a client on one service.</summary>
    public StickyConfig? Sticky { get; init; }

    /// <summary>Members report their health.</summary>
    public HealthCheckReportConfig? HealthCheck { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<WeightedConfig> Type { get; } = new ObjectType<WeightedConfig>(static () => new())
        .Field("services", ConfigTypes.ListOf(WeightedServiceConfig.Type), static o => o.Services, static (o, v) => o with { Services = v })
        .Field("sticky", StickyConfig.Type, static o => o.Sticky, static (o, v) => o with { Sticky = v })
        .Field(
            "healthCheck", HealthCheckReportConfig.Type, static o => o.HealthCheck,
            static (o, v) => o with { HealthCheck = v }, FieldOptions.AllowEmpty);
}

/// <summary>A member of a weighted service.</summary>
public sealed record WeightedServiceConfig
{
    /// <summary>Service reference.</summary>
    public string? Name { get; init; }

    /// <summary>Share; 0 or less = unused. Default 1.</summary>
    public long? Weight { get; init; } = 1;

    /// <summary>How it is read and written.</summary>
    public static ObjectType<WeightedServiceConfig> Type { get; } = new ObjectType<WeightedServiceConfig>(static () => new())
        .Field("name", ConfigTypes.String, static o => o.Name, static (o, v) => o with { Name = v })
        .Field("weight", ConfigTypes.OptionalLong, static o => o.Weight, static (o, v) => o with { Weight = v });
}

/// <summary>Other services, each client address always to the same one.</summary>
public sealed record HighestRandomWeightConfig
{
    /// <summary>The services.</summary>
    public ConfigList<WeightedServiceConfig> Services { get; init; } = ConfigList<WeightedServiceConfig>.Empty;

    /// <summary>Members report their health.</summary>
    public HealthCheckReportConfig? HealthCheck { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<HighestRandomWeightConfig> Type { get; } = new ObjectType<HighestRandomWeightConfig>(static () => new())
        .Field("services", ConfigTypes.ListOf(WeightedServiceConfig.Type), static o => o.Services, static (o, v) => o with { Services = v })
        .Field(
            "healthCheck", HealthCheckReportConfig.Type, static o => o.HealthCheck,
            static (o, v) => o with { HealthCheck = v }, FieldOptions.AllowEmpty);
}

/// <summary>One service, its requests copied to others whose answers are thrown away.</summary>
public sealed record MirroringConfig
{
    /// <summary>The service that answers.</summary>
    public string? Service { get; init; }

    /// <summary>Copies the body too. Default true.</summary>
    public bool? MirrorBody { get; init; } = true;

    /// <summary>A larger body (bytes) is served but not mirrored; −1 (default) = no limit.</summary>
    public long? MaxBodySize { get; init; } = -1;

    /// <summary>The services that get copies.</summary>
    public ConfigList<MirrorConfig> Mirrors { get; init; } = ConfigList<MirrorConfig>.Empty;

    /// <summary>Members report their health.</summary>
    public HealthCheckReportConfig? HealthCheck { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<MirroringConfig> Type { get; } = new ObjectType<MirroringConfig>(static () => new())
        .Field("service", ConfigTypes.String, static o => o.Service, static (o, v) => o with { Service = v })
        .Field("mirrorBody", ConfigTypes.OptionalBool, static o => o.MirrorBody, static (o, v) => o with { MirrorBody = v })
        .Field("maxBodySize", ConfigTypes.OptionalLong, static o => o.MaxBodySize, static (o, v) => o with { MaxBodySize = v })
        .Field("mirrors", ConfigTypes.ListOf(MirrorConfig.Type), static o => o.Mirrors, static (o, v) => o with { Mirrors = v })
        .Field(
            "healthCheck", HealthCheckReportConfig.Type, static o => o.HealthCheck,
            static (o, v) => o with { HealthCheck = v }, FieldOptions.AllowEmpty);
}

/// <summary>One mirror.</summary>
public sealed record MirrorConfig
{
    /// <summary>Service reference.</summary>
    public string? Name { get; init; }

    /// <summary>Share of the requests, 0 to 100.</summary>
    public long Percent { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<MirrorConfig> Type { get; } = new ObjectType<MirrorConfig>(static () => new())
        .Field("name", ConfigTypes.String, static o => o.Name, static (o, v) => o with { Name = v })
        .Field("percent", ConfigTypes.Long, static o => o.Percent, static (o, v) => o with { Percent = v });
}

/// <summary>A second service when the first is down.</summary>
public sealed record FailoverConfig
{
    /// <summary>Main service; needs a health check unless <see cref="Errors"/> has statuses.</summary>
    public string? Service { get; init; }

    /// <summary>Second service.</summary>
    public string? Fallback { get; init; }

    /// <summary>Members report their health.</summary>
    public HealthCheckReportConfig? HealthCheck { get; init; }

    /// <summary>Answers that go to the second service too.</summary>
    public FailoverErrorsConfig? Errors { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<FailoverConfig> Type { get; } = new ObjectType<FailoverConfig>(static () => new())
        .Field("service", ConfigTypes.String, static o => o.Service, static (o, v) => o with { Service = v })
        .Field("fallback", ConfigTypes.String, static o => o.Fallback, static (o, v) => o with { Fallback = v })
        .Field(
            "healthCheck", HealthCheckReportConfig.Type, static o => o.HealthCheck,
            static (o, v) => o with { HealthCheck = v }, FieldOptions.AllowEmpty)
        .Field("errors", FailoverErrorsConfig.Type, static o => o.Errors, static (o, v) => o with { Errors = v });
}

/// <summary>Answers of the main service that are replaced by the second's.</summary>
public sealed record FailoverErrorsConfig
{
    /// <summary>Codes or ranges, such as <c>500-599</c>.</summary>
    public ConfigList<string> Status { get; init; } = ConfigList<string>.Empty;

    /// <summary>A larger body is answered 413; −1 (default) = no limit.</summary>
    public long? MaxRequestBodyBytes { get; init; } = -1;

    /// <summary>How it is read and written.</summary>
    public static ObjectType<FailoverErrorsConfig> Type { get; } = new ObjectType<FailoverErrorsConfig>(static () => new())
        .Field("status", ConfigTypes.CommaList, static o => o.Status, static (o, v) => o with { Status = v })
        .Field(
            "maxRequestBodyBytes", ConfigTypes.OptionalLong, static o => o.MaxRequestBodyBytes,
            static (o, v) => o with { MaxRequestBodyBytes = v });
}
