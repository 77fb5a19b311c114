using EdgeGateway.Proxy.Middlewares.RedirectScheme;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Rules.Regexp;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace EdgeGateway.Proxy.Middlewares.RedirectRegex;

/// <summary>
/// <c>redirectRegex</c>: sends the client to the URL that the pattern and its replacement make of the request's (runtime-behaviour
/// §2.19). The scheme is the connection's, the host as sent. A URL that does not match, or becomes itself, passes.
/// </summary>
internal sealed class RedirectRegexFilter(string name, GoRegex regex, string replacement, bool permanent) : RequestFilter(name, actsOnResponse: false)
{
    private readonly GoReplacement _replacement = regex.ParseReplacement(replacement);

    public override bool OnRequest(GatewayContext context)
    {
        var url = string.Concat(context.Connection.IsTls ? "https://" : "http://", context.Upstream.Host, context.RedirectTarget());
        if (!regex.IsMatch(url))
        {
            return true;
        }

        var rewritten = regex.ReplaceAll(url, _replacement);
        if (string.Equals(rewritten, url, StringComparison.Ordinal))
        {
            return true;
        }

        var status = StatusCodes.Status502BadGateway;
        if (RedirectTarget.TryMake(rewritten, out var location))
        {
            status = RedirectSchemeFilter.Status(context.Method, permanent);
            context.Http.Response.Headers.Location = location;
        }

        context.SetAnswer(status, ReasonPhrases.GetReasonPhrase(status));
        return false;
    }
}
