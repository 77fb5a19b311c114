using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Routing;
using Microsoft.AspNetCore.Http;

namespace EdgeGateway.Proxy.Middlewares.StripPrefix;

/// <summary>
/// <c>stripPrefix</c>: removes the first prefix, in list order, that the decoded path starts with (runtime-behaviour §2.24). Plain text
/// comparison, no segment boundary. A result with <c>.</c>, <c>..</c> or empty segments is refused: the router was chosen for another path.
/// </summary>
internal sealed class StripPrefixFilter : RequestFilter
{
    private readonly (string Header, string Match)[] _prefixes;
    private readonly bool _forceSlash;

    public StripPrefixFilter(string name, StripPrefixConfig config)
        : base(name, actsOnResponse: false)
    {
        _prefixes = [.. config.Prefixes.Select(static prefix => (prefix.Trim(), EscapedPath.FromText(prefix.Trim())))];
        _forceSlash = config.ForceSlash == true;
    }

    public override bool OnRequest(GatewayContext context)
    {
        var target = context.Target;
        foreach (var (header, match) in _prefixes)
        {
            var length = EscapedPath.MatchPrefix(target.EscapedPath, match);
            if (length < 0)
            {
                continue;
            }

            var rest = target.EscapedPath[length..];
            var stripped = rest.IsEmpty || rest[0] == '/' ? target.Skip(length) : target.WithPath(string.Concat("/", rest));
            if (_forceSlash && rest.IsEmpty)
            {
                stripped = target.WithPath("/");
            }

            if (stripped.PathLength > 0 && !EscapedPath.IsClean(stripped.EscapedPath))
            {
                context.SetAnswer(StatusCodes.Status400BadRequest, "Bad Request", plain: true);
                return false;
            }

            context.Target = stripped;
            context.Http.Request.Headers.Append(ForwardedHeaderNames.Prefix, header);
            return true;
        }

        return true;
    }
}
