using EdgeGateway.Proxy.Pipeline;
using Microsoft.Extensions.Primitives;

namespace EdgeGateway.Proxy.Middlewares.ForwardAuth;

/// <summary><c>addAuthCookiesToResponse</c>: cookies of the authentication server's answer that the client gets in place of the server's of the same name.</summary>
internal sealed class AuthCookies(string name, IReadOnlySet<string> names) : RequestFilter(name, actsOnResponse: true)
{
    /// <summary>The Set-Cookie lines among these that are to be given to the client.</summary>
    public string[] Of(IEnumerable<string> lines) => [.. lines.Where(line => names.Contains(NameOf(line)))];

    public override bool OnRequest(GatewayContext context) => true;

    public override void OnResponse(GatewayContext context)
    {
        var headers = context.Http.Response.Headers;
        var own = headers.SetCookie.Where(line => line is not null && !names.Contains(NameOf(line))).ToArray();
        headers.SetCookie = StringValues.Concat(own, (string[])context.FilterState!);
    }

    private static string NameOf(string line)
    {
        var end = line.AsSpan().IndexOfAny('=', ';');
        return (end < 0 ? line.AsSpan() : line.AsSpan(0, end)).Trim().ToString();
    }
}
