using EdgeGateway.Rules.Syntax;

namespace EdgeGateway.Rules.Http;

/// <summary>
/// Finds the templates of rule syntax v2 (<c>{name:pattern}</c>) in a v3 rule. There they are plain text, which no host and hardly a path
/// holds: the rule is valid and never matches.
/// </summary>
internal static class TemplateDoubts
{
    public static IReadOnlyList<string> Of(RuleNode root)
    {
        List<string>? doubts = null;
        foreach (var matcher in root.Matchers)
        {
            if (matcher.Name is "Host" or "HostRegexp" or "Path" or "PathPrefix" && matcher.Arguments.Length == 1 && IsTemplate(matcher.Arguments[0]))
            {
                var cure = matcher.Name is "Path" or "PathPrefix"
                    ? "PathRegexp(`^/[a-z]+`) with a regular expression"
                    : "HostRegexp(`^[a-z]+\\.example\\.com$`) with a regular expression";
                (doubts ??= []).Add($"{matcher.Name}({GoStringLiteral.Quote(matcher.Arguments[0])}) holds a template of rule syntax v2, which is plain text in v3; write {cure}, or set ruleSyntax=v2");
            }
        }

        return doubts ?? (IReadOnlyList<string>)[];
    }

    // A name in braces; a count such as a{2,3} is none.
    private static bool IsTemplate(string argument)
    {
        for (var open = argument.IndexOf('{', StringComparison.Ordinal); open >= 0; open = argument.IndexOf('{', open + 1))
        {
            var end = open + 1;
            while (end < argument.Length && (char.IsAsciiLetterOrDigit(argument[end]) || argument[end] is '_' or '-'))
            {
                end++;
            }

            if (end > open + 1 && end < argument.Length && argument[end] is ':' or '}' && !char.IsAsciiDigit(argument[open + 1]))
            {
                return true;
            }
        }

        return false;
    }
}
