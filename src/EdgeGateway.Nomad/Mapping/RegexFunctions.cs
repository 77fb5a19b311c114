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
        ["regexFind"] = new(2, 2, static a => Found(a, 1).FirstOrDefault() ?? ""),
        ["regexFindAll"] = new(3, 3, static a => Found(a, Count(a[2]))),
        ["regexSplit"] = new(3, 3, static a => Pattern(a[0]).Split(Text(a[1]), Count(a[2])).Cast<object?>().ToArray()),
        ["regexReplaceAll"] = new(3, 3, static a => Pattern(a[0]) is var pattern ? pattern.ReplaceAll(Text(a[1]), pattern.ParseReplacement(Text(a[2]))) : ""),
        ["regexReplaceAllLiteral"] = new(3, 3, static a => Pattern(a[0]) is var pattern
            ? pattern.ReplaceAll(Text(a[1]), pattern.ParseReplacement(Text(a[2]).Replace("$", "$$", StringComparison.Ordinal)))
            : ""),
        ["regexQuoteMeta"] = new(1, 1, static a => GoRegex.Quote(Text(a[0]))),
    };

    private static object?[] Found(IReadOnlyList<object?> arguments, int most) =>
        [.. Pattern(arguments[0]).FindAll(Text(arguments[1]), most).Select(found => Text(arguments[1])[found])];

    private static int Count(object? value) => value is long count ? (int)Math.Clamp(count, -1, int.MaxValue) : throw new TemplateException("wrong type for value; expected int");

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
