using EdgeGateway.Rules.Http;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace EdgeGateway.Rules.Tests.Http;

/// <summary>A rule's index keys never lose a request that the rule takes.</summary>
public class HttpIndexKeysProperties
{
    private static readonly string[] Leaves =
    [
        "Host(`a.t`)", "Host(`b.t.`)", "Host(`*.t`)", "Host(`*.t.`)", "Host(`*`)", "Host(`*.`)", "Host(`*t`)", "Host(`.`)", "Host(`a`)", "HostRegexp(`^a`)", "HostRegexp(`.*`)",
        "Path(`/a`)", "Path(`/a/b`)", "PathPrefix(`/a`)", "PathPrefix(`/`)", "PathRegexp(`b$`)", "Method(`GET`)", "Method(`PUT`)", "Query(`q`)",
        "Header(`X-A`, `1`)", "Header(`x-a`, `2`)", "HeaderRegexp(`X-A`, `[0-9]`)", "HeaderRegexp(`X-B`, `b?`)",
    ];

    private static readonly string[] LeavesOfTheOldSyntax =
    [
        "Host(`a.t`, `b.t.`)", "Host(`*.t`)", "HostRegexp(`a.t`)", "HostRegexp(`A.t`, `{x}.t`)", "Path(`/a`, `/a/{x}`)", "PathPrefix(`/{x:a|b}`)", "PathPrefix(`/a`)",
    ];

    private static readonly string[] Hosts = ["", "a", "a.", ".", "..", "t", "a.t", "a.t.", "a.t..", "b.t", "b.t.", "b.t..", "b.t...", ".t", "c.t", "c.t.", "c.t..", "x.a.t", "*.t"];

    private static readonly (string Verb, (string, string)[] Headers)[] Heads =
    [
        ("GET", []), ("PUT", []), ("get", [("X-A", "")]), ("PUT", [("x-A", "2"), ("X-B", "b")]), ("GET", [("X-a", "3"), ("X-A", "1")]),
    ];

    private static readonly string[] Paths = ["", "/", "/a", "/a/b", "/ab", "/b", "/a/"];

    [Property(MaxTest = 2000)]
    public Property A_matching_request_fits_the_keys() => Prop.ForAll(Rules(Leaves).ToArbitrary(), static rule => Fits(rule, "v3"));

    [Property(MaxTest = 1000)]
    public Property A_matching_request_fits_the_keys_in_the_old_syntax() =>
        Prop.ForAll(Rules(LeavesOfTheOldSyntax).ToArbitrary(), static rule => Fits(rule, "v2"));

    private static bool Fits(string text, string syntax)
    {
        var rule = HttpRule.Parse(text, syntax);
        return (from host in Hosts
                from path in Paths
                from query in new[] { "", "q" }
                from head in Heads
                select new TestRequest { Host = host, Path = path, Query = query, Verb = head.Verb, Headers = head.Headers }).All(request => !rule.Matches(request) || Fits(rule.Keys, request));
    }

    /// <summary>The contract of the keys, as an index uses it.</summary>
    private static bool Fits(HttpIndexKeys keys, TestRequest request) =>
        (keys.Hosts is null || HasHost(keys.Hosts, request.Host) || (request.Host.EndsWith('.') && HasHost(keys.Hosts, request.Host[..^1])))
        && (keys.Paths is null || keys.Paths.Any(key => key.Holds(request.Path)))
        && (keys.Signs is null || keys.Signs.Any(sign => sign.Header is null
            ? sign.Value == request.Method
            : request.Headers.Any(header => header.Name.Equals(sign.Header, StringComparison.OrdinalIgnoreCase) && (sign.Value ?? header.Value) == header.Value)));

    private static bool HasHost(IReadOnlyList<string> names, string host) =>
        names.Contains(host) || (host.IndexOf('.') is >= 0 and var dot && names.Contains("*" + host[dot..]));

    private static Gen<string> Rules(string[] leaves)
    {
        return Gen.Sized(size => Rule(Math.Min(size, 6)));

        Gen<string> Rule(int size)
        {
            var leaf = Gen.Elements(leaves);
            if (size <= 1)
            {
                return leaf;
            }

            var half = Rule(size / 2);
            return Gen.OneOf(
                leaf,
                half.Select(static rule => $"!({rule})"),
                from a in half from b in half select $"({a}) && ({b})",
                from a in half from b in half select $"({a}) || ({b})");
        }
    }
}
