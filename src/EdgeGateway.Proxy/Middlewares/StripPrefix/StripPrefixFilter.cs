using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Routing;

namespace EdgeGateway.Proxy.Middlewares.StripPrefix;

/// <summary>
/// <c>stripPrefix</c>: removes the first prefix, in list order, that the decoded path starts with (runtime-behaviour §2.24). Plain text
/// comparison, no segment boundary.
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
        foreach (var (header, match) in _prefixes)
        {
            var length = EscapedPath.MatchPrefix(context.Target.EscapedPath, match);
            if (length < 0)
            {
                continue;
            }

            return StrippedPath.Apply(context, length, header, _forceSlash);
        }

        return true;
    }
}
