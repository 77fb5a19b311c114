using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Routing;
using Microsoft.Extensions.Primitives;

namespace EdgeGateway.Proxy.Middlewares.Headers;

/// <summary><c>headers</c>, the custom headers: an empty value removes, others replace; <c>Host</c> sets the host (runtime-behaviour §2.13).</summary>
internal sealed class HeadersFilter : RequestFilter
{
    private readonly (string Name, StringValues Value)[] _request;
    private readonly (string Name, StringValues Value)[] _response;

    public HeadersFilter(string name, HeadersConfig config)
        : base(name, actsOnResponse: config.CustomResponseHeaders.Count > 0)
    {
        _request = Compile(config.CustomRequestHeaders);
        _response = Compile(config.CustomResponseHeaders);
    }

    public override bool OnRequest(GatewayContext context)
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

        return true;
    }

    public override void OnResponse(GatewayContext context)
    {
        var headers = context.Http.Response.Headers;
        foreach (var (name, value) in _response)
        {
            headers[name] = value;
        }
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
