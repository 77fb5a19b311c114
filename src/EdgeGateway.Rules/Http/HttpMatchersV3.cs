using EdgeGateway.Rules.Syntax;

namespace EdgeGateway.Rules.Http;

/// <summary>The HTTP matchers of rule syntax v3 (dynamic-config §4.2).</summary>
internal static class HttpMatchersV3
{
    internal static readonly string[] AllNames =
    [
        "Host", "HostRegexp", "Path", "PathPrefix", "PathRegexp", "Method", "Header", "HeaderRegexp", "Query", "QueryRegexp", "ClientIP",
    ];

    internal static readonly MatcherNames Names = new(
        AllNames,
        anySpelling: true,
        ("Headers", "it is of rule syntax v2; in v3 write Header(`name`, `value`), several joined by &&"),
        ("HeadersRegexp", "it is of rule syntax v2; in v3 write HeaderRegexp(`name`, `pattern`), several joined by &&"),
        ("HostHeader", "it is of rule syntax v2; in v3 write Host(`name`)"),
        ("HostSNI", "it is for TCP routers; in an HTTP router write Host(`name`)"),
        ("HostSNIRegexp", "it is for TCP routers; in an HTTP router write HostRegexp(`pattern`)"),
        ("ALPN", "it is for TCP routers"));

    public static HttpPredicate Build(MatcherArguments arguments)
    {
        switch (arguments.Name)
        {
            case "Header" or "HeaderRegexp":
                arguments.RequireCount(2, 2);
                break;
            case "Query" or "QueryRegexp":
                arguments.RequireCount(1, 2);
                break;
            default:
                arguments.RequireCount(1, 1);
                break;
        }

        return arguments.Name switch
        {
            "Host" => new HostPredicate(arguments.RequireAscii(0), wildcards: true),
            "HostRegexp" => new HostRegexpPredicate(arguments.RequireRegex(arguments.RequireAscii(0))),
            "Path" => new PathPredicate(arguments.RequirePath(0)),
            "PathPrefix" => new PathPrefixPredicate(arguments.RequirePath(0)),
            "PathRegexp" => new PathRegexpPredicate(arguments.RequireRegex(arguments[0]), HttpIndexKeys.Any),
            "Method" => new MethodPredicate(arguments[0]),
            "Header" => new HeaderPredicate(arguments[0], arguments[1]),
            "HeaderRegexp" => new HeaderRegexpPredicate(arguments[0], arguments.RequireRegex(arguments[1])),
            // With the key alone the value must be empty, not merely present.
            "Query" or "QueryRegexp" when arguments.All.Length == 1 => new QueryPredicate(arguments[0], "", firstOnly: false),
            "Query" => new QueryPredicate(arguments[0], arguments[1], firstOnly: false),
            "QueryRegexp" => new QueryRegexpPredicate(arguments[0], arguments.RequireRegex(arguments[1]), firstOnly: false),
            "ClientIP" => new ClientIPPredicate(arguments.RequireAddresses(0)),
            _ => throw new InvalidOperationException(arguments.Name),
        };
    }
}
