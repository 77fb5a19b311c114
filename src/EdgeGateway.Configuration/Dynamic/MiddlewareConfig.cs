using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary>One middleware; exactly one of its types is set.</summary>
public sealed record MiddlewareConfig
{
    /// <summary>Adds text in front of the path.</summary>
    public AddPrefixConfig? AddPrefix { get; init; }

    /// <summary>Removes the first prefix that matches.</summary>
    public StripPrefixConfig? StripPrefix { get; init; }

    /// <summary>Removes a matching start of the path.</summary>
    public StripPrefixRegexConfig? StripPrefixRegex { get; init; }

    /// <summary>Replaces the path.</summary>
    public ReplacePathConfig? ReplacePath { get; init; }

    /// <summary>Replaces the path by a pattern.</summary>
    public ReplacePathRegexConfig? ReplacePathRegex { get; init; }

    /// <summary>Other middlewares in order.</summary>
    public ChainConfig? Chain { get; init; }

    /// <summary>Refuses other addresses.</summary>
    public IPAllowListConfig? IpAllowList { get; init; }

    /// <summary>Deprecated name of <see cref="IpAllowList"/>; always 403.</summary>
    public IPWhiteListConfig? IpWhiteList { get; init; }

    /// <summary>Edits headers.</summary>
    public HeadersConfig? Headers { get; init; }

    /// <summary>Refuses paths with certain encoded characters.</summary>
    public EncodedCharactersMiddlewareConfig? EncodedCharacters { get; init; }

    /// <summary>Replaces error answers by pages of a service.</summary>
    public ErrorPageConfig? Errors { get; init; }

    /// <summary>Limits requests per time.</summary>
    public RateLimitConfig? RateLimit { get; init; }

    /// <summary>Redirects by a pattern.</summary>
    public RedirectRegexConfig? RedirectRegex { get; init; }

    /// <summary>Redirects to another scheme and port.</summary>
    public RedirectSchemeConfig? RedirectScheme { get; init; }

    /// <summary>Basic authentication.</summary>
    public BasicAuthConfig? BasicAuth { get; init; }

    /// <summary>Digest authentication.</summary>
    public DigestAuthConfig? DigestAuth { get; init; }

    /// <summary>Asks another server whether a request may pass.</summary>
    public ForwardAuthConfig? ForwardAuth { get; init; }

    /// <summary>Limits concurrent requests.</summary>
    public InFlightReqConfig? InFlightReq { get; init; }

    /// <summary>Buffers bodies and limits their size.</summary>
    public BufferingConfig? Buffering { get; init; }

    /// <summary>Stops asking a failing service.</summary>
    public CircuitBreakerConfig? CircuitBreaker { get; init; }

    /// <summary>Compresses responses.</summary>
    public CompressConfig? Compress { get; init; }

    /// <summary>Passes the client certificate in headers.</summary>
    public PassTLSClientCertConfig? PassTLSClientCert { get; init; }

    /// <summary>Repeats failed requests.</summary>
    public RetryConfig? Retry { get; init; }

    /// <summary>Deprecated: content type detection.</summary>
    public ContentTypeConfig? ContentType { get; init; }

    /// <summary>Translates gRPC-Web.</summary>
    public GrpcWebConfig? GrpcWeb { get; init; }

    /// <summary>Settings of plugins, which are not supported.</summary>
    public ConfigMap<ConfigTree> Plugin { get; init; } = ConfigMap<ConfigTree>.Empty;

    /// <summary>How it is read and written.</summary>
    public static ObjectType<MiddlewareConfig> Type { get; } = new ObjectType<MiddlewareConfig>(static () => new())
        .Field("addPrefix", AddPrefixConfig.Type, static o => o.AddPrefix, static (o, v) => o with { AddPrefix = v })
        .Field("stripPrefix", StripPrefixConfig.Type, static o => o.StripPrefix, static (o, v) => o with { StripPrefix = v })
        .Field(
            "stripPrefixRegex", StripPrefixRegexConfig.Type, static o => o.StripPrefixRegex,
            static (o, v) => o with { StripPrefixRegex = v })
        .Field("replacePath", ReplacePathConfig.Type, static o => o.ReplacePath, static (o, v) => o with { ReplacePath = v })
        .Field(
            "replacePathRegex", ReplacePathRegexConfig.Type, static o => o.ReplacePathRegex,
            static (o, v) => o with { ReplacePathRegex = v })
        .Field("chain", ChainConfig.Type, static o => o.Chain, static (o, v) => o with { Chain = v })
        .Field("ipAllowList", IPAllowListConfig.Type, static o => o.IpAllowList, static (o, v) => o with { IpAllowList = v })
        .Field("ipWhiteList", IPWhiteListConfig.Type, static o => o.IpWhiteList, static (o, v) => o with { IpWhiteList = v })
        .Field("headers", HeadersConfig.Type, static o => o.Headers, static (o, v) => o with { Headers = v })
        .Field(
            "encodedCharacters", EncodedCharactersMiddlewareConfig.Type, static o => o.EncodedCharacters,
            static (o, v) => o with { EncodedCharacters = v })
        .Field("errors", ErrorPageConfig.Type, static o => o.Errors, static (o, v) => o with { Errors = v })
        .Field("rateLimit", RateLimitConfig.Type, static o => o.RateLimit, static (o, v) => o with { RateLimit = v })
        .Field("redirectRegex", RedirectRegexConfig.Type, static o => o.RedirectRegex, static (o, v) => o with { RedirectRegex = v })
        .Field("redirectScheme", RedirectSchemeConfig.Type, static o => o.RedirectScheme, static (o, v) => o with { RedirectScheme = v })
        .Field("basicAuth", BasicAuthConfig.Type, static o => o.BasicAuth, static (o, v) => o with { BasicAuth = v })
        .Field("digestAuth", DigestAuthConfig.Type, static o => o.DigestAuth, static (o, v) => o with { DigestAuth = v })
        .Field("forwardAuth", ForwardAuthConfig.Type, static o => o.ForwardAuth, static (o, v) => o with { ForwardAuth = v })
        .Field("inFlightReq", InFlightReqConfig.Type, static o => o.InFlightReq, static (o, v) => o with { InFlightReq = v })
        .Field("buffering", BufferingConfig.Type, static o => o.Buffering, static (o, v) => o with { Buffering = v })
        .Field("circuitBreaker", CircuitBreakerConfig.Type, static o => o.CircuitBreaker, static (o, v) => o with { CircuitBreaker = v })
        .Field("compress", CompressConfig.Type, static o => o.Compress, static (o, v) => o with { Compress = v }, FieldOptions.AllowEmpty)
        .Field(
            "passTLSClientCert", PassTLSClientCertConfig.Type, static o => o.PassTLSClientCert,
            static (o, v) => o with { PassTLSClientCert = v })
        .Field("retry", RetryConfig.Type, static o => o.Retry, static (o, v) => o with { Retry = v })
        .Field(
            "contentType", ContentTypeConfig.Type, static o => o.ContentType,
            static (o, v) => o with { ContentType = v }, FieldOptions.AllowEmpty)
        .Field("grpcWeb", GrpcWebConfig.Type, static o => o.GrpcWeb, static (o, v) => o with { GrpcWeb = v })
        .Field("plugin", ConfigTypes.MapOf(ConfigTypes.Tree), static o => o.Plugin, static (o, v) => o with { Plugin = v });
}
