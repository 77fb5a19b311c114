using EdgeGateway.Rules.Syntax;

namespace EdgeGateway.Rules.Http;

/// <summary>The HTTP matchers of rule syntax v2 (dynamic-config §4.7): several arguments mean any of them, some are templates.</summary>
internal static class HttpMatchersV2
{
    private const string HostVariable = "[^.]+";
    private const string PathVariable = "[^/]+";
    private const string QueryVariable = ".*";

    private static readonly string[] AllNames =
    [
        "Host", "HostHeader", "HostRegexp", "ClientIP", "Path", "PathPrefix", "Method", "Headers", "HeadersRegexp", "Query",
    ];

    internal static readonly MatcherNames Names = new(
        AllNames,
        anySpelling: true,
        ("Header", "it is of rule syntax v3; in v2 write Headers(`name`, `value`)"),
        ("HeaderRegexp", "it is of rule syntax v3; in v2 write HeadersRegexp(`name`, `pattern`)"),
        ("PathRegexp", "it is of rule syntax v3; in v2 write Path(`/{name:pattern}`)"),
        ("QueryRegexp", "it is of rule syntax v3; in v2 write Query(`key={name:pattern}`)"));

    internal static readonly MatcherNames NamesOfBothSyntaxes = new(HttpMatchersV3.AllNames.Union(AllNames, StringComparer.Ordinal));

    public static HttpPredicate Build(MatcherArguments arguments) => arguments.Name switch
    {
        "Host" or "HostHeader" => AnyOf(arguments, i => new HostPredicate(arguments.RequireAscii(i), wildcards: false)),
        "HostRegexp" => AnyOf(arguments, i => HostTemplate(arguments, i)),
        "ClientIP" => AnyOf(arguments, i => new ClientIPPredicate(arguments.RequireAddresses(i))),
        "Path" => AnyOf(arguments, i => PathTemplate(arguments, i, isPrefix: false)),
        "PathPrefix" => AnyOf(arguments, i => PathTemplate(arguments, i, isPrefix: true)),
        "Method" => AnyOf(arguments, i => new MethodPredicate(arguments[i])),
        "Headers" => AllPairs(arguments, arguments.All, static (_, name, value) => new HeaderPredicate(name, value)),
        "HeadersRegexp" => AllPairs(arguments, arguments.All,
            static (all, name, pattern) => new HeaderRegexpPredicate(name, all.RequireRegex(pattern))),
        "Query" => Query(arguments),
        _ => throw new InvalidOperationException(arguments.Name),
    };

    private static HttpPredicate AnyOf(MatcherArguments arguments, Func<int, HttpPredicate> build) =>
        arguments.All.Length == 1 ? build(0) : new AnyPredicate([.. Enumerable.Range(0, arguments.All.Length).Select(build)]);

    private static HttpPredicate AllPairs(
        MatcherArguments arguments,
        IReadOnlyList<string> values,
        Func<MatcherArguments, string, string, HttpPredicate> build)
    {
        if (values.Count % 2 != 0)
        {
            throw arguments.Error($"takes pairs of name and value, got {values.Count}");
        }

        // Pairs are a map in Traefik: of two with one name the last counts.
        var pairs = new Dictionary<string, HttpPredicate>(StringComparer.Ordinal);
        for (var i = 0; i < values.Count; i += 2)
        {
            pairs[values[i]] = build(arguments, values[i], values[i + 1]);
        }

        return pairs.Count == 1 ? pairs.Values.Single() : new AllPredicate([.. pairs.Values]);
    }

    private static HostTemplatePredicate HostTemplate(MatcherArguments arguments, int index)
    {
        var template = arguments.RequireAscii(index);
        var pattern = arguments.RequireTemplate(template, HostVariable, out var literal);
        return new HostTemplatePredicate(
            arguments.RequireRegex($"(?i)^{pattern}$"),
            literal == template ? new HttpIndexKeys([literal.ToLowerInvariant()], null) : HttpIndexKeys.Any);
    }

    private static HttpPredicate PathTemplate(MatcherArguments arguments, int index, bool isPrefix)
    {
        var template = arguments.RequirePath(index);
        var pattern = arguments.RequireTemplate(template, PathVariable, out var literal);
        if (literal == template)
        {
            return isPrefix ? new PathPrefixPredicate(template) : new PathPredicate(template);
        }

        return new PathRegexpPredicate(
            arguments.RequireRegex(isPrefix ? $"^{pattern}" : $"^{pattern}$"),
            new HttpIndexKeys(null, [new PathKey(literal, IsPrefix: true)]));
    }

    /// <summary>Each argument is cut at its first equals sign and the parts are read as pairs, as Traefik does.</summary>
    private static HttpPredicate Query(MatcherArguments arguments)
    {
        string[] parts = [.. arguments.All.SelectMany(static argument => argument.Split('=', 2))];
        if (parts.Length % 2 != 0)
        {
            throw arguments.Error("takes arguments of the form key=value");
        }

        var pairs = parts.Chunk(2).Select(pair => QueryTemplate(arguments, pair[0], pair[1])).ToArray();
        return pairs.Length == 1 ? pairs[0] : new AllPredicate(pairs);
    }

    private static HttpPredicate QueryTemplate(MatcherArguments arguments, string key, string value)
    {
        var pattern = arguments.RequireTemplate(value, QueryVariable, out var literal);
        return literal == value && value.Length > 0
            ? new QueryPredicate(key, value, firstOnly: true)
            : new QueryRegexpPredicate(key, arguments.RequireRegex($"^{(value.Length == 0 ? QueryVariable : pattern)}$"), firstOnly: true);
    }
}
