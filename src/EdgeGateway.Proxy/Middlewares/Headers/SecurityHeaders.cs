using System.Globalization;
using System.Security.Cryptography;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace EdgeGateway.Proxy.Middlewares.Headers;

/// <summary>The security options of <c>headers</c>: hosts that are served, and headers that tell browsers what to refuse (runtime-behaviour §2.13).</summary>
internal sealed class SecurityHeaders
{
    private const string Nonce = "$NONCE";

    // What a request needs for its answer: the usual two without an allocation.
    private static readonly SecurityState Plain = new(IsHttps: false, Nonce: "");
    private static readonly SecurityState Https = new(IsHttps: true, Nonce: "");

    private readonly ConfigList<string> _allowedHosts;
    private readonly ConfigList<string> _hostHeaders;
    private readonly (string Name, string Value)[] _httpsHeaders;
    private readonly (string Name, StringValues Value)[] _always;
    private readonly (string Name, string Value)[] _withNonce;
    private readonly StringValues _transportSecurity;
    private readonly StringValues _publicKey;
    private readonly bool _forceTransportSecurity;

    private SecurityHeaders(HeadersConfig config)
    {
        _allowedHosts = config.IsDevelopment ? ConfigList<string>.Empty : config.AllowedHosts;
        _hostHeaders = config.HostsProxyHeaders;
        _httpsHeaders = [.. config.SslProxyHeaders.Select(static header => (header.Key, header.Value))];
        _forceTransportSecurity = config.ForceSTSHeader;
        if (!config.IsDevelopment)
        {
            _publicKey = Value(config.PublicKey);
            if (config.StsSeconds is { } seconds and not 0)
            {
                _transportSecurity = string.Create(
                    CultureInfo.InvariantCulture,
                    $"max-age={seconds}{(config.StsIncludeSubdomains ? "; includeSubDomains" : "")}{(config.StsPreload ? "; preload" : "")}");
            }
        }

        List<(string, StringValues)> always = [];
        List<(string, string)> withNonce = [];
        Add("X-Frame-Options", config.CustomFrameOptionsValue is { Length: > 0 } options ? options : config.FrameDeny ? "DENY" : null);
        Add("X-Content-Type-Options", config.ContentTypeNosniff ? "nosniff" : null);
        Add("X-XSS-Protection", config.CustomBrowserXSSValue is { Length: > 0 } protection ? protection : config.BrowserXssFilter ? "1; mode=block" : null);
        Add("Content-Security-Policy", config.ContentSecurityPolicy);
        Add("Content-Security-Policy-Report-Only", config.ContentSecurityPolicyReportOnly);
        Add("Referrer-Policy", config.ReferrerPolicy);
        Add("Permissions-Policy", config.PermissionsPolicy);
        _always = [.. always];
        _withNonce = [.. withNonce];

        void Add(string name, string? value)
        {
            if (value?.Contains(Nonce, StringComparison.Ordinal) == true && name.StartsWith("Content-Security-Policy", StringComparison.Ordinal))
            {
                withNonce.Add((name, HeaderText.Clean(value)));
            }
            else if (!string.IsNullOrEmpty(value))
            {
                always.Add((name, Value(value)));
            }
        }
    }

    /// <summary>Compiles the options; null when none of them does anything.</summary>
    public static SecurityHeaders? Create(HeadersConfig config)
    {
        var made = new SecurityHeaders(config);
        return made._allowedHosts.Count == 0 && made._always.Length == 0 && made._withNonce.Length == 0
            && made._transportSecurity.Count == 0 && made._publicKey.Count == 0 ? null : made;
    }

    /// <summary>True when an answer may get a header.</summary>
    public bool ActsOnResponse => _always.Length > 0 || _withNonce.Length > 0 || _transportSecurity.Count > 0 || _publicKey.Count > 0;

    /// <summary>True when the host is served; which one counts says <c>hostsProxyHeaders</c>.</summary>
    public bool IsHostAllowed(GatewayContext context)
    {
        if (_allowedHosts.Count == 0)
        {
            return true;
        }

        var host = context.Upstream.Host;
        foreach (var name in _hostHeaders.AsSpan())
        {
            if (context.Http.Request.Headers.TryGetValue(name, out var values) && values.Count > 0 && values[0] is { Length: > 0 } value)
            {
                host = value;
                break;
            }
        }

        foreach (var allowed in _allowedHosts.AsSpan())
        {
            if (allowed.Equals(host, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What <see cref="Edit"/> needs to know of the request as it is now.</summary>
    public object Note(GatewayContext context)
    {
        var https = context.Connection.IsTls;
        foreach (var (name, value) in _httpsHeaders)
        {
            https = https || (context.Http.Request.Headers.TryGetValue(name, out var values) && values.Count > 0 && values[0] == value);
        }

        return _withNonce.Length > 0 ? new SecurityState(https, Convert.ToBase64String(RandomNumberGenerator.GetBytes(16)).TrimEnd('=')) : https ? Https : Plain;
    }

    /// <summary>Edits the head of an answer; what the server said of the same names is replaced.</summary>
    public void Edit(IHeaderDictionary headers, object state)
    {
        var (https, nonce) = (SecurityState)state;
        if (_transportSecurity.Count > 0 && (https || _forceTransportSecurity))
        {
            headers.StrictTransportSecurity = _transportSecurity;
        }

        if (https && _publicKey.Count > 0)
        {
            headers["Public-Key-Pins"] = _publicKey;
        }

        foreach (var (name, value) in _always)
        {
            headers[name] = value;
        }

        foreach (var (name, value) in _withNonce)
        {
            headers[name] = value.Replace(Nonce, $"'nonce-{nonce}'", StringComparison.Ordinal);
        }
    }

    private static StringValues Value(string? value) => string.IsNullOrEmpty(value) ? default(StringValues) : HeaderText.Clean(value);

    private sealed record SecurityState(bool IsHttps, string Nonce);
}
