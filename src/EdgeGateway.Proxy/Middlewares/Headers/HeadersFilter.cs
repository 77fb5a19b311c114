using System.Diagnostics.CodeAnalysis;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace EdgeGateway.Proxy.Middlewares.Headers;

/// <summary>
/// <c>headers</c> (runtime-behaviour §2.13). On the way in: preflights are answered, custom headers set (an empty value removes, <c>Host</c> sets
/// the host), hosts checked. On the way out: security headers, then custom headers, then CORS.
/// </summary>
internal sealed class HeadersFilter : RequestFilter
{
    private readonly (string Name, StringValues Value)[] _request;
    private readonly (string Name, StringValues Value)[] _response;
    private readonly SecurityHeaders? _security;
    private readonly CorsHeaders? _cors;

    private HeadersFilter(string name, HeadersConfig config, CorsHeaders? cors, SecurityHeaders? security)
        : base(name, actsOnResponse: config.CustomResponseHeaders.Count > 0 || cors is not null || security?.ActsOnResponse == true)
    {
        _request = Compile(config.CustomRequestHeaders);
        _response = Compile(config.CustomResponseHeaders);
        _security = security;
        _cors = cors;
    }

    /// <summary>Compiles the middleware.</summary>
    /// <param name="name">Qualified name.</param>
    /// <param name="config">What the user wrote.</param>
    /// <param name="filter">The result; null on an error.</param>
    /// <param name="error">What is wrong.</param>
    public static bool TryCreate(string name, HeadersConfig config, [NotNullWhen(true)] out HeadersFilter? filter, [NotNullWhen(false)] out string? error)
    {
        filter = null;
        error = null;
        CorsHeaders? cors = null;
        if (CorsHeaders.IsSet(config) && !CorsHeaders.TryCreate(config, out cors, out error))
        {
            return false;
        }

        filter = new(name, config, cors, SecurityHeaders.Create(config));
        return true;
    }

    public override bool OnRequest(GatewayContext context)
    {
        if (_cors?.AnswerPreflight(context) == true)
        {
            context.SetAnswer(StatusCodes.Status200OK);
            return false;
        }

        EditRequest(context);
        if (_security is not null)
        {
            if (!_security.IsHostAllowed(context))
            {
                EditResponse(context);
                context.SetAnswer(StatusCodes.Status500InternalServerError, "Bad Host", plain: true);
                return false;
            }

            context.FilterState = _security.Note(context);
        }

        return true;
    }

    public override void OnResponse(GatewayContext context)
    {
        if (_security is not null)
        {
            _security.Edit(context.Http.Response.Headers, context.FilterState!);
        }

        EditResponse(context);
    }

    private void EditRequest(GatewayContext context)
    {
        var headers = context.Http.Request.Headers;
        foreach (var (name, value) in _request)
        {
            if (value.Count == 0)
            {
                // Only in this spelling, as in Traefik: the header is then not made by the gateway either.
                context.OmitForwardedFor |= name == ForwardedHeaderNames.For;
                if (!IsHost(name))
                {
                    headers.Remove(name);
                }
            }
            else if (IsHost(name))
            {
                context.Upstream.Host = value.ToString();
            }
            else
            {
                context.OmitForwardedFor &= !name.Equals(ForwardedHeaderNames.For, StringComparison.OrdinalIgnoreCase);
                headers[name] = value;
            }
        }
    }

    private void EditResponse(GatewayContext context)
    {
        var headers = context.Http.Response.Headers;
        foreach (var (name, value) in _response)
        {
            headers[name] = value;
        }

        _cors?.Edit(context);
    }

    private static bool IsHost(string name) => name.Equals("Host", StringComparison.OrdinalIgnoreCase);

    // A name that is no token is never written, a line break in a value becomes a blank: what Go's server does when it writes them.
    private static (string Name, StringValues Value)[] Compile(ConfigMap<string> headers)
    {
        List<(string, StringValues)> compiled = [];
        foreach (var (name, value) in headers)
        {
            if (HeaderText.IsToken(name))
            {
                compiled.Add((name, value.Length == 0 ? default : HeaderText.Clean(value)));
            }
        }

        return [.. compiled];
    }
}
