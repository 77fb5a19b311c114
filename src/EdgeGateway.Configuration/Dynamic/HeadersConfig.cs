using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary><c>headers</c>; nothing set at all is an error.</summary>
public sealed record HeadersConfig
{
    /// <summary>Request headers to set; an empty value removes; <c>Host</c> sets the host.</summary>
    public ConfigMap<string> CustomRequestHeaders { get; init; } = ConfigMap<string>.Empty;

    /// <summary>Response headers to set; an empty value removes.</summary>
    public ConfigMap<string> CustomResponseHeaders { get; init; } = ConfigMap<string>.Empty;

    /// <summary>CORS: credentials allowed.</summary>
    public bool AccessControlAllowCredentials { get; init; }

    /// <summary>CORS: allowed request headers.</summary>
    public ConfigList<string> AccessControlAllowHeaders { get; init; } = ConfigList<string>.Empty;

    /// <summary>CORS: allowed methods.</summary>
    public ConfigList<string> AccessControlAllowMethods { get; init; } = ConfigList<string>.Empty;

    /// <summary>CORS: allowed origins, or <c>*</c>.</summary>
    public ConfigList<string> AccessControlAllowOriginList { get; init; } = ConfigList<string>.Empty;

    /// <summary>CORS: RE2 patterns of allowed origins.</summary>
    public ConfigList<string> AccessControlAllowOriginListRegex { get; init; } = ConfigList<string>.Empty;

    /// <summary>CORS: response headers that scripts may read.</summary>
    public ConfigList<string> AccessControlExposeHeaders { get; init; } = ConfigList<string>.Empty;

    /// <summary>CORS: seconds that a preflight answer may be kept.</summary>
    public long? AccessControlMaxAge { get; init; }

    /// <summary>CORS: <c>Vary: Origin</c>.</summary>
    public bool AddVaryHeader { get; init; }

    /// <summary>Hosts that are served; others are answered 500.</summary>
    public ConfigList<string> AllowedHosts { get; init; } = ConfigList<string>.Empty;

    /// <summary>Headers that may carry the original host.</summary>
    public ConfigList<string> HostsProxyHeaders { get; init; } = ConfigList<string>.Empty;

    /// <summary>Headers that mark a request as HTTPS.</summary>
    public ConfigMap<string> SslProxyHeaders { get; init; } = ConfigMap<string>.Empty;

    /// <summary>Max-age of Strict-Transport-Security.</summary>
    public long? StsSeconds { get; init; }

    /// <summary>Adds <c>includeSubDomains</c>.</summary>
    public bool StsIncludeSubdomains { get; init; }

    /// <summary>Adds <c>preload</c>.</summary>
    public bool StsPreload { get; init; }

    /// <summary>Also on plain HTTP.</summary>
    public bool ForceSTSHeader { get; init; }

    /// <summary><c>X-Frame-Options: DENY</c>.</summary>
    public bool FrameDeny { get; init; }

    /// <summary>Value of <c>X-Frame-Options</c>.</summary>
    public string? CustomFrameOptionsValue { get; init; }

    /// <summary><c>X-Content-Type-Options: nosniff</c>.</summary>
    public bool ContentTypeNosniff { get; init; }

    /// <summary><c>X-XSS-Protection: 1; mode=block</c>.</summary>
    public bool BrowserXssFilter { get; init; }

    /// <summary>Value of <c>X-XSS-Protection</c>.</summary>
    public string? CustomBrowserXSSValue { get; init; }

    /// <summary>Value of <c>Content-Security-Policy</c>.</summary>
    public string? ContentSecurityPolicy { get; init; }

    /// <summary>Value of <c>Content-Security-Policy-Report-Only</c>.</summary>
    public string? ContentSecurityPolicyReportOnly { get; init; }

    /// <summary>Value of <c>Public-Key-Pins</c>.</summary>
    public string? PublicKey { get; init; }

    /// <summary>Value of <c>Referrer-Policy</c>.</summary>
    public string? ReferrerPolicy { get; init; }

    /// <summary>Value of <c>Permissions-Policy</c>.</summary>
    public string? PermissionsPolicy { get; init; }

    /// <summary>Switches host, STS and SSL rules off.</summary>
    public bool IsDevelopment { get; init; }

    /// <summary>Deprecated, no effect.</summary>
    public string? FeaturePolicy { get; init; }

    /// <summary>Deprecated, no effect.</summary>
    public bool? SslRedirect { get; init; }

    /// <summary>Deprecated, no effect.</summary>
    public bool? SslTemporaryRedirect { get; init; }

    /// <summary>Deprecated, no effect.</summary>
    public string? SslHost { get; init; }

    /// <summary>Deprecated, no effect.</summary>
    public bool? SslForceHost { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<HeadersConfig> Type { get; } = new ObjectType<HeadersConfig>(static () => new())
        .Field(
            "customRequestHeaders", ConfigTypes.MapOf(ConfigTypes.Text), static o => o.CustomRequestHeaders,
            static (o, v) => o with { CustomRequestHeaders = v })
        .Field(
            "customResponseHeaders", ConfigTypes.MapOf(ConfigTypes.Text), static o => o.CustomResponseHeaders,
            static (o, v) => o with { CustomResponseHeaders = v })
        .Field(
            "accessControlAllowCredentials", ConfigTypes.Bool, static o => o.AccessControlAllowCredentials,
            static (o, v) => o with { AccessControlAllowCredentials = v })
        .Field(
            "accessControlAllowHeaders", ConfigTypes.CommaList, static o => o.AccessControlAllowHeaders,
            static (o, v) => o with { AccessControlAllowHeaders = v })
        .Field(
            "accessControlAllowMethods", ConfigTypes.CommaList, static o => o.AccessControlAllowMethods,
            static (o, v) => o with { AccessControlAllowMethods = v })
        .Field(
            "accessControlAllowOriginList", ConfigTypes.CommaList, static o => o.AccessControlAllowOriginList,
            static (o, v) => o with { AccessControlAllowOriginList = v })
        .Field(
            "accessControlAllowOriginListRegex", ConfigTypes.CommaList, static o => o.AccessControlAllowOriginListRegex,
            static (o, v) => o with { AccessControlAllowOriginListRegex = v })
        .Field(
            "accessControlExposeHeaders", ConfigTypes.CommaList, static o => o.AccessControlExposeHeaders,
            static (o, v) => o with { AccessControlExposeHeaders = v })
        .Field(
            "accessControlMaxAge", ConfigTypes.OptionalLong, static o => o.AccessControlMaxAge,
            static (o, v) => o with { AccessControlMaxAge = v })
        .Field("addVaryHeader", ConfigTypes.Bool, static o => o.AddVaryHeader, static (o, v) => o with { AddVaryHeader = v })
        .Field("allowedHosts", ConfigTypes.CommaList, static o => o.AllowedHosts, static (o, v) => o with { AllowedHosts = v })
        .Field(
            "hostsProxyHeaders", ConfigTypes.CommaList, static o => o.HostsProxyHeaders,
            static (o, v) => o with { HostsProxyHeaders = v })
        .Field(
            "sslProxyHeaders", ConfigTypes.MapOf(ConfigTypes.Text), static o => o.SslProxyHeaders,
            static (o, v) => o with { SslProxyHeaders = v })
        .Field("stsSeconds", ConfigTypes.OptionalLong, static o => o.StsSeconds, static (o, v) => o with { StsSeconds = v })
        .Field(
            "stsIncludeSubdomains", ConfigTypes.Bool, static o => o.StsIncludeSubdomains,
            static (o, v) => o with { StsIncludeSubdomains = v })
        .Field("stsPreload", ConfigTypes.Bool, static o => o.StsPreload, static (o, v) => o with { StsPreload = v })
        .Field("forceSTSHeader", ConfigTypes.Bool, static o => o.ForceSTSHeader, static (o, v) => o with { ForceSTSHeader = v })
        .Field("frameDeny", ConfigTypes.Bool, static o => o.FrameDeny, static (o, v) => o with { FrameDeny = v })
        .Field(
            "customFrameOptionsValue", ConfigTypes.String, static o => o.CustomFrameOptionsValue,
            static (o, v) => o with { CustomFrameOptionsValue = v })
        .Field("contentTypeNosniff", ConfigTypes.Bool, static o => o.ContentTypeNosniff, static (o, v) => o with { ContentTypeNosniff = v })
        .Field("browserXssFilter", ConfigTypes.Bool, static o => o.BrowserXssFilter, static (o, v) => o with { BrowserXssFilter = v })
        .Field(
            "customBrowserXSSValue", ConfigTypes.String, static o => o.CustomBrowserXSSValue,
            static (o, v) => o with { CustomBrowserXSSValue = v })
        .Field(
            "contentSecurityPolicy", ConfigTypes.String, static o => o.ContentSecurityPolicy,
            static (o, v) => o with { ContentSecurityPolicy = v })
        .Field(
            "contentSecurityPolicyReportOnly", ConfigTypes.String, static o => o.ContentSecurityPolicyReportOnly,
            static (o, v) => o with { ContentSecurityPolicyReportOnly = v })
        .Field("publicKey", ConfigTypes.String, static o => o.PublicKey, static (o, v) => o with { PublicKey = v })
        .Field("referrerPolicy", ConfigTypes.String, static o => o.ReferrerPolicy, static (o, v) => o with { ReferrerPolicy = v })
        .Field("permissionsPolicy", ConfigTypes.String, static o => o.PermissionsPolicy, static (o, v) => o with { PermissionsPolicy = v })
        .Field("isDevelopment", ConfigTypes.Bool, static o => o.IsDevelopment, static (o, v) => o with { IsDevelopment = v })
        .Field("featurePolicy", ConfigTypes.String, static o => o.FeaturePolicy, static (o, v) => o with { FeaturePolicy = v })
        .Field("sslRedirect", ConfigTypes.OptionalBool, static o => o.SslRedirect, static (o, v) => o with { SslRedirect = v })
        .Field(
            "sslTemporaryRedirect", ConfigTypes.OptionalBool, static o => o.SslTemporaryRedirect,
            static (o, v) => o with { SslTemporaryRedirect = v })
        .Field("sslHost", ConfigTypes.String, static o => o.SslHost, static (o, v) => o with { SslHost = v })
        .Field("sslForceHost", ConfigTypes.OptionalBool, static o => o.SslForceHost, static (o, v) => o with { SslForceHost = v });
}
