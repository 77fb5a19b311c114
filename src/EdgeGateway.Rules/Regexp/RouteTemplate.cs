using System.Text;

namespace EdgeGateway.Rules.Regexp;

/// <summary>
/// A route template of rule syntax v2: literal text with <c>{name:pattern}</c> or <c>{name}</c>, turned into an RE2 pattern.
/// The names have no meaning here, because nothing reads the variables.
/// </summary>
internal static class RouteTemplate
{
    /// <summary>Turns a template into a pattern without anchors.</summary>
    /// <param name="template">The template.</param>
    /// <param name="defaultPattern">What <c>{name}</c> stands for.</param>
    /// <param name="literal">The literal text in front of the first variable; all of it when there is none.</param>
    /// <exception cref="GoRegexException">Braces are unbalanced, a name or pattern is empty, or a pattern is no RE2.</exception>
    public static string ToPattern(string template, string defaultPattern, out string literal)
    {
        var pattern = new StringBuilder();
        var end = 0;
        literal = template;
        foreach (var (start, stop) in FindVariables(template))
        {
            if (end == 0)
            {
                literal = template[..start];
            }

            var variable = template[(start + 1)..(stop - 1)];
            var colon = variable.IndexOf(':', StringComparison.Ordinal);
            var part = colon < 0 ? defaultPattern : variable[(colon + 1)..];
            if (part.Length == 0 || colon == 0 || variable.Length == 0)
            {
                throw new GoRegexException("missing name or pattern in template", template[start..stop]);
            }

            // On its own first: a pattern must not reach into its neighbours with stray parentheses.
            GoRegex.Parse($"^{part}$");
            pattern.Append(GoRegex.Quote(template[end..start])).Append('(').Append(part).Append(')');
            end = stop;
        }

        return pattern.Append(GoRegex.Quote(template[end..])).ToString();
    }

    /// <summary>Outermost pairs of braces, from the opening brace to behind the closing one.</summary>
    private static List<(int Start, int End)> FindVariables(string template)
    {
        var found = new List<(int, int)>();
        var level = 0;
        var start = 0;
        for (var i = 0; i < template.Length; i++)
        {
            if (template[i] == '{' && level++ == 0)
            {
                start = i;
            }
            else if (template[i] == '}' && --level == 0)
            {
                found.Add((start, i + 1));
            }

            if (level < 0)
            {
                break;
            }
        }

        return level == 0 ? found : throw new GoRegexException("unbalanced braces in template", template);
    }
}
