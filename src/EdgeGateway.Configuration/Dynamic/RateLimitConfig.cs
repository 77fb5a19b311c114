using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary><c>rateLimit</c>.</summary>
public sealed record RateLimitConfig
{
    /// <summary>Requests per <see cref="Period"/>; 0 = no limit.</summary>
    public long Average { get; init; }

    /// <summary>Negative = error; 0 = 1 s. Default 1 s.</summary>
    public TimeSpan Period { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Requests at once; less than 1 = 1. Default 1.</summary>
    public long Burst { get; init; } = 1;

    /// <summary>What a source is; default the remote address.</summary>
    public SourceCriterionConfig? SourceCriterion { get; init; }

    /// <summary>Shared state.</summary>
    public RateLimitRedisConfig? Redis { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<RateLimitConfig> Type { get; } = new ObjectType<RateLimitConfig>(static () => new())
        .Field("average", ConfigTypes.Long, static o => o.Average, static (o, v) => o with { Average = v })
        .Field("period", ConfigTypes.Duration, static o => o.Period, static (o, v) => o with { Period = v })
        .Field("burst", ConfigTypes.Long, static o => o.Burst, static (o, v) => o with { Burst = v })
        .Field(
            "sourceCriterion", SourceCriterionConfig.Type, static o => o.SourceCriterion, static (o, v) => o with { SourceCriterion = v })
        .Field("redis", RateLimitRedisConfig.Type, static o => o.Redis, static (o, v) => o with { Redis = v });
}

/// <summary>Shared state of rate limits.</summary>
public sealed record RateLimitRedisConfig
{
    /// <summary>Servers. Default <c>localhost:6379</c>.</summary>
    public ConfigList<string> Endpoints { get; init; } = ["localhost:6379"];

    /// <summary>TLS to them.</summary>
    public ClientTlsConfig? Tls { get; init; }

    /// <summary>User.</summary>
    public string? Username { get; init; }

    /// <summary>Password.</summary>
    public string? Password { get; init; }

    /// <summary>Database number.</summary>
    public long Db { get; init; }

    /// <summary>Connections.</summary>
    public long PoolSize { get; init; }

    /// <summary>Idle connections kept.</summary>
    public long MinIdleConns { get; init; }

    /// <summary>Most connections.</summary>
    public long MaxActiveConns { get; init; }

    /// <summary>0 or less = none. Default 3 s.</summary>
    public TimeSpan? ReadTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>0 or less = none. Default 3 s.</summary>
    public TimeSpan? WriteTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Default 5 s.</summary>
    public TimeSpan? DialTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How it is read and written.</summary>
    public static ObjectType<RateLimitRedisConfig> Type { get; } = new ObjectType<RateLimitRedisConfig>(static () => new())
        .Field("endpoints", ConfigTypes.CommaList, static o => o.Endpoints, static (o, v) => o with { Endpoints = v })
        .Field("tls", ClientTlsConfig.Type, static o => o.Tls, static (o, v) => o with { Tls = v })
        .Field("username", ConfigTypes.String, static o => o.Username, static (o, v) => o with { Username = v })
        .Field("password", ConfigTypes.String, static o => o.Password, static (o, v) => o with { Password = v })
        .Field("db", ConfigTypes.Long, static o => o.Db, static (o, v) => o with { Db = v })
        .Field("poolSize", ConfigTypes.Long, static o => o.PoolSize, static (o, v) => o with { PoolSize = v })
        .Field("minIdleConns", ConfigTypes.Long, static o => o.MinIdleConns, static (o, v) => o with { MinIdleConns = v })
        .Field("maxActiveConns", ConfigTypes.Long, static o => o.MaxActiveConns, static (o, v) => o with { MaxActiveConns = v })
        .Field("readTimeout", ConfigTypes.OptionalDuration, static o => o.ReadTimeout, static (o, v) => o with { ReadTimeout = v })
        .Field("writeTimeout", ConfigTypes.OptionalDuration, static o => o.WriteTimeout, static (o, v) => o with { WriteTimeout = v })
        .Field("dialTimeout", ConfigTypes.OptionalDuration, static o => o.DialTimeout, static (o, v) => o with { DialTimeout = v });
}
