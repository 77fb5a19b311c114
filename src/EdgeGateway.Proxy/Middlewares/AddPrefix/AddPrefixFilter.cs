using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Routing;

namespace EdgeGateway.Proxy.Middlewares.AddPrefix;

/// <summary><c>addPrefix</c>: puts a text in front of the path (runtime-behaviour §2.1).</summary>
internal sealed class AddPrefixFilter : RequestFilter
{
    private readonly string _prefix;
    private readonly string _escaped;

    // The prefix may go in front of any escaped path as it is.
    private readonly bool _isPlain;

    // The prefix may stand in a path, but Go would write it otherwise.
    private readonly bool _isValid;

    public AddPrefixFilter(string name, string prefix)
        : base(name, actsOnResponse: false)
    {
        _prefix = EscapedPath.FromText(prefix.StartsWith('/') ? prefix : "/" + prefix);
        _escaped = EscapedPath.Escape(_prefix);
        _isPlain = _escaped == _prefix;
        _isValid = EscapedPath.IndexOfSpecial(_prefix) < 0;
    }

    public override bool OnRequest(GatewayContext context)
    {
        var target = context.Target;
        var path = target.EscapedPath;
        if (_isPlain)
        {
            context.Target = target.Prepend(_prefix);
        }
        else if (EscapedPath.IsDefaultEncoding(path))
        {
            context.Target = target.Prepend(_escaped);
        }
        else if (_isValid)
        {
            context.Target = target.Prepend(_prefix);
        }
        else
        {
            // Prefix and escaped path do not go together: the path is escaped anew, %2F becomes a slash (as in Traefik).
            context.Target = target.WithPath(EscapedPath.Escape(_prefix + EscapedPath.Decode(path)));
        }

        return true;
    }
}
