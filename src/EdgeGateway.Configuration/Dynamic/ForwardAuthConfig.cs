using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary><c>forwardAuth</c>.</summary>
public sealed record ForwardAuthConfig
{
    /// <summary>URL to ask.</summary>
    public string? Address { get; init; }

    /// <summary>TLS to it.</summary>
    public ClientTlsConfig? Tls { get; init; }

    /// <summary>Believes forwarded headers of the client.</summary>
    public bool? TrustForwardHeader { get; init; }

    /// <summary>Headers copied from its answer to the request.</summary>
    public ConfigList<string> AuthResponseHeaders { get; init; } = ConfigList<string>.Empty;

    /// <summary>RE2 pattern of further such headers.</summary>
    public string? AuthResponseHeadersRegex { get; init; }

    /// <summary>Request headers passed to it; empty = all.</summary>
    public ConfigList<string> AuthRequestHeaders { get; init; } = ConfigList<string>.Empty;

    /// <summary>Cookies copied from its answer to the response.</summary>
    public ConfigList<string> AddAuthCookiesToResponse { get; init; } = ConfigList<string>.Empty;

    /// <summary>Header that holds the user name.</summary>
    public string? HeaderField { get; init; }

    /// <summary>Passes the body too.</summary>
    public bool ForwardBody { get; init; }

    /// <summary>A larger body is answered 401; −1 (default) = no limit.</summary>
    public long? MaxBodySize { get; init; } = -1;

    /// <summary>A larger answer is a 401; null = no limit.</summary>
    public long? MaxResponseBodySize { get; init; }

    /// <summary>Keeps its Location as it is.</summary>
    public bool PreserveLocationHeader { get; init; }

    /// <summary>Asks with the request's method.</summary>
    public bool PreserveRequestMethod { get; init; }

    /// <summary>302 to it instead of a 401.</summary>
    public string? AuthSigninURL { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<ForwardAuthConfig> Type { get; } = new ObjectType<ForwardAuthConfig>(static () => new())
        .Field("address", ConfigTypes.String, static o => o.Address, static (o, v) => o with { Address = v })
        .Field("tls", ClientTlsConfig.Type, static o => o.Tls, static (o, v) => o with { Tls = v })
        .Field(
            "trustForwardHeader", ConfigTypes.OptionalBool, static o => o.TrustForwardHeader,
            static (o, v) => o with { TrustForwardHeader = v })
        .Field(
            "authResponseHeaders", ConfigTypes.CommaList, static o => o.AuthResponseHeaders,
            static (o, v) => o with { AuthResponseHeaders = v })
        .Field(
            "authResponseHeadersRegex", ConfigTypes.String, static o => o.AuthResponseHeadersRegex,
            static (o, v) => o with { AuthResponseHeadersRegex = v })
        .Field(
            "authRequestHeaders", ConfigTypes.CommaList, static o => o.AuthRequestHeaders,
            static (o, v) => o with { AuthRequestHeaders = v })
        .Field(
            "addAuthCookiesToResponse", ConfigTypes.CommaList, static o => o.AddAuthCookiesToResponse,
            static (o, v) => o with { AddAuthCookiesToResponse = v })
        .Field("headerField", ConfigTypes.String, static o => o.HeaderField, static (o, v) => o with { HeaderField = v })
        .Field("forwardBody", ConfigTypes.Bool, static o => o.ForwardBody, static (o, v) => o with { ForwardBody = v })
        .Field("maxBodySize", ConfigTypes.OptionalLong, static o => o.MaxBodySize, static (o, v) => o with { MaxBodySize = v })
        .Field(
            "maxResponseBodySize", ConfigTypes.OptionalLong, static o => o.MaxResponseBodySize,
            static (o, v) => o with { MaxResponseBodySize = v })
        .Field(
            "preserveLocationHeader", ConfigTypes.Bool, static o => o.PreserveLocationHeader,
            static (o, v) => o with { PreserveLocationHeader = v })
        .Field(
            "preserveRequestMethod", ConfigTypes.Bool, static o => o.PreserveRequestMethod,
            static (o, v) => o with { PreserveRequestMethod = v })
        .Field("authSigninURL", ConfigTypes.String, static o => o.AuthSigninURL, static (o, v) => o with { AuthSigninURL = v });
}
