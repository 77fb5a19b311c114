using EdgeGateway.Configuration.Templates;
using EdgeGateway.Rules.Regexp;

namespace EdgeGateway.Nomad.Mapping;

/// <summary>Sprig's regular expression functions, on the gateway's RE2 engine.</summary>
public static class RegexFunctions
{
    /// <summary>By name.</summary>
    public static readonly IReadOnlyDictionary<string, TemplateFunction> All = new Dictionary<string, TemplateFunction>(StringComparer.Ordinal)
    {
        ["regexMatch"] = new(2, 2, static a => Pattern(a[0]).IsMatch(Text(a[1]))),
        ["regexReplaceAll"] = new(3, 3, static a => Pattern(a[0]) is var pattern ? pattern.ReplaceAll(Text(a[1]), pattern.ParseReplacement(Text(a[2]))) : ""),
        ["regexReplaceAllLiteral"] = new(3, 3, static a => Pattern(a[0]) is var pattern
            ? pattern.ReplaceAll(Text(a[1]), pattern.ParseReplacement(Text(a[2]).Replace("$", "$$", StringComparison.Ordinal)))
            : ""),
        ["regexQuoteMeta"] = new(1, 1, static a => GoRegex.Quote(Text(a[0]))),
    };

    private static string Text(object? value) => value as string ?? throw new TemplateException("wrong type for value; expected string");

    private static GoRegex Pattern(object? pattern)
    {
        try
        {
            return GoRegex.Parse(Text(pattern));
        }
        catch (GoRegexException fault)
        {
            throw new TemplateException(fault.Message);
        }
    }
}
