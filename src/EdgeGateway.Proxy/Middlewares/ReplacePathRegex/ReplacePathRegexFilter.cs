using System.Diagnostics.CodeAnalysis;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Middlewares.ReplacePath;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Rules.Regexp;
using Microsoft.AspNetCore.Http;

namespace EdgeGateway.Proxy.Middlewares.ReplacePathRegex;

/// <summary>
/// <c>replacePathRegex</c>: every match in the escaped path is replaced (runtime-behaviour §2.22). A result with <c>.</c>, <c>..</c> or empty
/// segments is refused: the router was chosen for another path.
/// </summary>
internal sealed class ReplacePathRegexFilter : RequestFilter
{
    private readonly GoRegex _regex;
    private readonly GoReplacement _replacement;

    private ReplacePathRegexFilter(string name, GoRegex regex, string replacement)
        : base(name, actsOnResponse: false)
    {
        _regex = regex;
        _replacement = regex.ParseReplacement(EscapedPath.FromText(replacement));
    }

    /// <summary>Compiles the middleware.</summary>
    public static bool TryCreate(
        string name, ReplacePathRegexConfig config, [NotNullWhen(true)] out ReplacePathRegexFilter? filter, [NotNullWhen(false)] out string? error)
    {
        filter = GoRegex.TryParse((config.Regex ?? "").Trim(), out var regex, out error)
            ? new(name, regex, (config.Replacement ?? "").Trim())
            : null;
        error = error is null ? null : $"error compiling regular expression {config.Regex}: {error}";
        return filter is not null;
    }

    public override bool OnRequest(GatewayContext context)
    {
        var target = context.Target;
        if (!_regex.IsMatch(target.EscapedPath))
        {
            return true;
        }

        var path = target.EscapedPath.ToString();
        var replaced = _regex.ReplaceAll(path, _replacement);
        if (!EscapedPath.HasValidEscapes(replaced))
        {
            context.SetAnswer(StatusCodes.Status500InternalServerError, BadEscape(replaced), plain: true);
            return false;
        }

        if (!EscapedPath.IsClean(EscapedPath.Decode(replaced)))
        {
            context.SetAnswer(StatusCodes.Status400BadRequest, "Bad Request", plain: true);
            return false;
        }

        context.Http.Request.Headers.Append(ReplacePathFilter.HeaderName, path);
        context.Target = target.WithPath(EscapedPath.Settle(replaced));
        return true;
    }

    // In Go's words.
    private static string BadEscape(string path)
    {
        var at = path.IndexOf('%', StringComparison.Ordinal);
        while (at + 2 < path.Length && char.IsAsciiHexDigit(path[at + 1]) && char.IsAsciiHexDigit(path[at + 2]))
        {
            at = path.IndexOf('%', at + 3);
        }

        var escape = path.AsSpan(at);
        return $"invalid URL escape \"{escape[..Math.Min(3, escape.Length)]}\"";
    }
}
