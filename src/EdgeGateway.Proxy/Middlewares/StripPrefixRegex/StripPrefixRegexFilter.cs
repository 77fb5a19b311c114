using System.Diagnostics.CodeAnalysis;
using System.Text;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Middlewares.Headers;
using EdgeGateway.Proxy.Middlewares.StripPrefix;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Rules.Regexp;

namespace EdgeGateway.Proxy.Middlewares.StripPrefixRegex;

/// <summary>
/// <c>stripPrefixRegex</c>: removes what the first pattern, in list order, matches at the begin of the decoded path (runtime-behaviour §2.25).
/// </summary>
internal sealed class StripPrefixRegexFilter : RequestFilter
{
    private readonly GoRegex[] _patterns;

    private StripPrefixRegexFilter(string name, GoRegex[] patterns)
        : base(name, actsOnResponse: false) => _patterns = patterns;

    /// <summary>Compiles the middleware.</summary>
    public static bool TryCreate(
        string name, StripPrefixRegexConfig config, [NotNullWhen(true)] out StripPrefixRegexFilter? filter, [NotNullWhen(false)] out string? error)
    {
        filter = null;
        error = null;
        var patterns = new GoRegex[config.Regex.Count];
        for (var i = 0; i < patterns.Length; i++)
        {
            if (!GoRegex.TryParse(config.Regex[i].Trim(), out var regex, out error))
            {
                return false;
            }

            patterns[i] = regex;
        }

        filter = new(name, patterns);
        return true;
    }

    public override bool OnRequest(GatewayContext context)
    {
        var path = context.Target.EscapedPath;
        var decoded = EscapedPath.Decode(path);

        // Patterns are about characters, paths about bytes.
        var text = Ascii.IsValid(decoded) ? decoded : Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(decoded));
        foreach (var pattern in _patterns)
        {
            if (!pattern.IsMatch(text) || pattern.FindAll(text, 1) is not [var match] || match.Start.Value != 0 || match.End.Value == 0)
            {
                continue;
            }

            var prefix = EscapedPath.FromText(text[match]);
            var length = EscapedPath.MatchPrefix(path, prefix);
            if (length >= 0)
            {
                // What the client wrote may hold anything once it is decoded.
                return StrippedPath.Apply(context, length, HeaderText.Clean(prefix));
            }
        }

        return true;
    }
}
