using System.Net;
using EdgeGateway.Rules.Regexp;
using EdgeGateway.Rules.Syntax;

namespace EdgeGateway.Rules.Http;

/// <summary>The HTTP matchers of the v3 language (dynamic-config §4.2).</summary>
internal static class HttpMatchersV3
{
    public static readonly MatcherNames Names = new(
        [
            "Host", "HostRegexp", "Path", "PathPrefix", "PathRegexp", "Method", "Header", "HeaderRegexp", "Query", "QueryRegexp", "ClientIP",
        ],
        anySpelling: true,
        ("Headers", "that is rule syntax v2; in v3 write Header(`name`, `value`), with HeaderRegexp for more than one exact value"),
        ("HeadersRegexp", "that is rule syntax v2; in v3 write HeaderRegexp(`name`, `regex`)"),
        ("HostHeader", "that is rule syntax v2; in v3 write Host(`name`)"));

    public static HttpPredicate Build(string text, RuleNode node) => node switch
    {
        OperatorNode { IsAnd: true } all => new AllPredicate([.. all.Operands.Select(o => Build(text, o))]),
        OperatorNode any => new AnyPredicate([.. any.Operands.Select(o => Build(text, o))]),
        MatcherNode { IsNegated: true } matcher => new NotPredicate(Matcher(text, matcher)),
        MatcherNode matcher => Matcher(text, matcher),
        _ => throw new InvalidOperationException("a rule has only operators and matchers"),
    };

    private static HttpPredicate Matcher(string text, MatcherNode matcher)
    {
        if (matcher.HasMissingArgument)
        {
            throw Fault(text, matcher, RuleCodes.Argument, $"empty args for matcher {matcher.Name}");
        }

        var (least, most) = matcher.Name switch
        {
            "Header" or "HeaderRegexp" => (2, 2),
            "Query" or "QueryRegexp" => (1, 2),
            _ => (1, 1),
        };
        var arguments = matcher.Arguments;
        if (arguments.Length < least || arguments.Length > most)
        {
            throw Fault(
                text, matcher, RuleCodes.Argument,
                $"{matcher.Name} takes {(least == most ? $"{least}" : $"{least} or {most}")} argument{(most == 1 ? "" : "s")}, not {arguments.Length}");
        }

        return matcher.Name switch
        {
            "Host" => new HostPredicate(Ascii(text, matcher)),
            "HostRegexp" => new HostRegexpPredicate(Regex(text, matcher, Ascii(text, matcher))),
            "Path" => new PathPredicate(Path(text, matcher)),
            "PathPrefix" => new PathPrefixPredicate(Path(text, matcher)),
            "PathRegexp" => new PathRegexpPredicate(Regex(text, matcher, arguments[0])),
            "Method" => new MethodPredicate(arguments[0]),
            "Header" => new HeaderPredicate(arguments[0], arguments[1]),
            "HeaderRegexp" => new HeaderRegexpPredicate(arguments[0], Regex(text, matcher, arguments[1])),
            "Query" => new QueryPredicate(arguments[0], arguments.Length == 2 ? arguments[1] : ""),
            "QueryRegexp" when arguments.Length == 2 => new QueryRegexpPredicate(arguments[0], Regex(text, matcher, arguments[1])),
            "QueryRegexp" => new QueryPredicate(arguments[0], ""),
            "ClientIP" => new ClientIPPredicate(Network(text, matcher)),
            _ => throw new InvalidOperationException(matcher.Name),
        };
    }

    private static string Ascii(string text, MatcherNode matcher) => System.Text.Ascii.IsValid(matcher.Arguments[0])
        ? matcher.Arguments[0]
        : throw Fault(text, matcher, RuleCodes.Argument, $"invalid value \"{matcher.Arguments[0]}\" for {matcher.Name} matcher: use ASCII, IDNs as punycode");

    private static string Path(string text, MatcherNode matcher) => matcher.Arguments[0].StartsWith('/')
        ? matcher.Arguments[0]
        : throw Fault(text, matcher, RuleCodes.Argument, $"path \"{matcher.Arguments[0]}\" does not start with a '/'");

    private static GoRegex Regex(string text, MatcherNode matcher, string pattern) => GoRegex.TryParse(pattern, out var regex, out var error)
        ? regex
        : throw Fault(text, matcher, RuleCodes.Regex, $"{matcher.Name}: {error}");

    private static IPNetwork Network(string text, MatcherNode matcher)
    {
        var argument = matcher.Arguments[0];
        var slash = argument.IndexOf('/', StringComparison.Ordinal);
        var host = slash < 0 ? argument : argument[..slash];
        var zone = host.IndexOf('%', StringComparison.Ordinal);
        if (IPAddress.TryParse(zone < 0 ? host : host[..zone], out var address) && (address.AddressFamily != System.Net.Sockets.AddressFamily.InterNetwork || host.Count(static c => c == '.') == 3))
        {
            if (address.IsIPv4MappedToIPv6)
            {
                address = address.MapToIPv4();
            }

            var bits = address.GetAddressBytes().Length * 8;
            if (slash < 0)
            {
                return new(address, bits);
            }

            if (int.TryParse(argument.AsSpan(slash + 1), System.Globalization.NumberStyles.None, null, out var prefix) && prefix <= bits)
            {
                // Host bits in a network are ignored, as in Go.
                var bytes = address.GetAddressBytes();
                for (var i = 0; i < bytes.Length; i++)
                {
                    var left = prefix - (i * 8);
                    bytes[i] &= (byte)(left >= 8 ? 0xFF : left <= 0 ? 0 : 0xFF << (8 - left));
                }

                return new(new IPAddress(bytes), prefix);
            }
        }

        throw Fault(text, matcher, RuleCodes.Argument, $"invalid value \"{argument}\" for ClientIP matcher: an address or a network such as 10.0.0.0/8");
    }

    private static RuleException Fault(string text, MatcherNode matcher, string code, string reason) => RuleParser.ErrorAt(text, matcher, code, reason);
}
