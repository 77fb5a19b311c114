using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary>Keeps a client on one server.</summary>
public sealed record StickyConfig
{
    /// <summary>By a cookie.</summary>
    public StickyCookieConfig? Cookie { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<StickyConfig> Type { get; } = new ObjectType<StickyConfig>(static () => new())
        .Field("cookie", StickyCookieConfig.Type, static o => o.Cookie, static (o, v) => o with { Cookie = v }, FieldOptions.AllowEmpty);
}

/// <summary>The cookie that names a server.</summary>
public sealed record StickyCookieConfig
{
    /// <summary>Default: <c>_</c> and five hex digits made from the service name.</summary>
    public string? Name { get; init; }

    /// <summary>Attribute <c>Secure</c>.</summary>
    public bool Secure { get; init; }

    /// <summary>Attribute <c>HttpOnly</c>.</summary>
    public bool HttpOnly { get; init; }

    /// <summary><c>none</c>, <c>lax</c> or <c>strict</c>, any case; other values are ignored.</summary>
    public string? SameSite { get; init; }

    /// <summary>Seconds; 0 = no attribute, negative = <c>Max-Age=0</c>.</summary>
    public long MaxAge { get; init; }

    /// <summary>Attribute <c>Path</c>. Default <c>/</c>.</summary>
    public string? Path { get; init; } = "/";

    /// <summary>Attribute <c>Domain</c>.</summary>
    public string? Domain { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<StickyCookieConfig> Type { get; } = new ObjectType<StickyCookieConfig>(static () => new())
        .Field("name", ConfigTypes.String, static o => o.Name, static (o, v) => o with { Name = v })
        .Field("secure", ConfigTypes.Bool, static o => o.Secure, static (o, v) => o with { Secure = v })
        .Field("httpOnly", ConfigTypes.Bool, static o => o.HttpOnly, static (o, v) => o with { HttpOnly = v })
        .Field("sameSite", ConfigTypes.String, static o => o.SameSite, static (o, v) => o with { SameSite = v })
        .Field("maxAge", ConfigTypes.Long, static o => o.MaxAge, static (o, v) => o with { MaxAge = v })
        .Field("path", ConfigTypes.String, static o => o.Path, static (o, v) => o with { Path = v })
        .Field("domain", ConfigTypes.String, static o => o.Domain, static (o, v) => o with { Domain = v });
}
