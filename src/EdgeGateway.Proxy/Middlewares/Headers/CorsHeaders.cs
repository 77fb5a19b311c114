using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Rules.Regexp;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace EdgeGateway.Proxy.Middlewares.Headers;

/// <summary>The <c>accessControl…</c> options of <c>headers</c>: preflights are answered, other answers get the headers (runtime-behaviour §2.13).</summary>
internal sealed class CorsHeaders
{
    private const string Any = "*";

    private static readonly StringValues Yes = "true";

    private readonly ConfigList<string> _origins;
    private readonly GoRegex[] _patterns;
    private readonly bool _credentials;
    private readonly bool _vary;
    private readonly StringValues _methods;
    private readonly StringValues _headers;
    private readonly StringValues _exposed;
    private readonly StringValues _maxAge;
    private readonly bool _echoesMethod;
    private readonly bool _echoesHeaders;

    private CorsHeaders(HeadersConfig config, GoRegex[] patterns)
    {
        _origins = config.AccessControlAllowOriginList;
        _patterns = patterns;
        _credentials = config.AccessControlAllowCredentials;
        _vary = config.AddVaryHeader;
        _methods = Join(config.AccessControlAllowMethods);
        _headers = Join(config.AccessControlAllowHeaders);

        // With credentials "*" is no wildcard for browsers (Fetch §3.3): what was asked for is named, and for exposed headers nothing can be.
        _echoesMethod = _credentials && config.AccessControlAllowMethods.Contains(Any);
        _echoesHeaders = _credentials && config.AccessControlAllowHeaders.Contains(Any);
        _exposed = _credentials && config.AccessControlExposeHeaders.Contains(Any) ? default : Join(config.AccessControlExposeHeaders);
        _maxAge = config.AccessControlMaxAge is { } seconds ? seconds.ToString(CultureInfo.InvariantCulture) : default(StringValues);
    }

    /// <summary>True when any of the options is set.</summary>
    public static bool IsSet(HeadersConfig config) =>
        config.AccessControlAllowCredentials || config.AddVaryHeader || config.AccessControlMaxAge is not null
        || config.AccessControlAllowHeaders.Count > 0 || config.AccessControlAllowMethods.Count > 0 || config.AccessControlExposeHeaders.Count > 0
        || config.AccessControlAllowOriginList.Count > 0 || config.AccessControlAllowOriginListRegex.Count > 0;

    /// <summary>Compiles the options.</summary>
    /// <param name="config">What the user wrote.</param>
    /// <param name="cors">The result; null on an error.</param>
    /// <param name="error">Which pattern is wrong.</param>
    public static bool TryCreate(HeadersConfig config, [NotNullWhen(true)] out CorsHeaders? cors, [NotNullWhen(false)] out string? error)
    {
        cors = null;
        var patterns = new GoRegex[config.AccessControlAllowOriginListRegex.Count];
        for (var i = 0; i < patterns.Length; i++)
        {
            if (!GoRegex.TryParse(config.AccessControlAllowOriginListRegex[i], out var regex, out error))
            {
                error = $"error occurred during origin parsing: {error}";
                return false;
            }

            patterns[i] = regex;
        }

        error = null;
        cors = new(config, patterns);
        return true;
    }

    /// <summary>True for a preflight, whose answer's headers are set then; the origin is not judged here, the browser does that.</summary>
    public bool AnswerPreflight(GatewayContext context)
    {
        var request = context.Http.Request.Headers;
        var asked = First(request.AccessControlRequestMethod);
        var origin = First(request.Origin);
        if (asked.Length == 0 || origin.Length == 0 || context.Method != "OPTIONS")
        {
            return false;
        }

        var response = context.Http.Response.Headers;
        if (_credentials)
        {
            response.AccessControlAllowCredentials = Yes;
        }

        Set(response, "Access-Control-Allow-Headers", _echoesHeaders ? First(request.AccessControlRequestHeaders) : _headers);
        Set(response, "Access-Control-Allow-Methods", _echoesMethod ? asked : _methods);
        Set(response, "Access-Control-Allow-Origin", Allowed(origin));
        Set(response, "Access-Control-Max-Age", _maxAge);
        Set(response, "Access-Control-Expose-Headers", _exposed);
        return true;
    }

    /// <summary>Edits the head of an answer that is no preflight's.</summary>
    public void Edit(GatewayContext context)
    {
        var response = context.Http.Response.Headers;
        Set(response, "Access-Control-Allow-Origin", Allowed(First(context.Http.Request.Headers.Origin)));
        if (_credentials)
        {
            response.AccessControlAllowCredentials = Yes;
        }

        Set(response, "Access-Control-Expose-Headers", _exposed);
        if (_vary)
        {
            var vary = First(response.Vary);
            response.Vary = vary.Length == 0 || vary == "Origin" ? "Origin" : $"{vary},Origin";
        }
    }

    // What Access-Control-Allow-Origin says to the origin; empty = nothing.
    private StringValues Allowed(string origin)
    {
        foreach (var item in _origins.AsSpan())
        {
            if (item == Any)
            {
                return _credentials ? origin : Any;
            }

            if (item == origin)
            {
                return item;
            }
        }

        foreach (var pattern in _patterns)
        {
            if (pattern.IsMatch(origin))
            {
                return origin;
            }
        }

        return default;
    }

    private static void Set(IHeaderDictionary headers, string name, StringValues value)
    {
        if (!StringValues.IsNullOrEmpty(value))
        {
            headers[name] = value;
        }
    }

    private static string First(StringValues values) => values.Count > 0 ? values[0] ?? "" : "";

    private static StringValues Join(ConfigList<string> list) => list.Count == 0 ? default(StringValues) : HeaderText.Clean(string.Join(',', list));
}
