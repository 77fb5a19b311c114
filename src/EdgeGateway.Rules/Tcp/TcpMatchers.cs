using EdgeGateway.Rules.Syntax;

namespace EdgeGateway.Rules.Tcp;

/// <summary>The TCP matchers of both syntaxes (dynamic-config §4.3, §4.7): the same names; v2 takes several arguments and templates.</summary>
internal static class TcpMatchers
{
    /// <summary>RFC 8737: the protocol of certificate challenges, never a router's.</summary>
    private const string AcmeProtocol = "acme-tls/1";

    private const string ServerNameVariable = "[^.]+";

    internal static readonly MatcherNames Names = new(
        ["HostSNI", "HostSNIRegexp", "ClientIP", "ALPN"],
        anySpelling: true,
        ("Host", "it is for HTTP routers; in a TCP router write HostSNI(`name`)"),
        ("HostRegexp", "it is for HTTP routers; in a TCP router write HostSNIRegexp(`pattern`)"),
        ("Path", "it is for HTTP routers; a TCP router sees no requests"),
        ("PathPrefix", "it is for HTTP routers; a TCP router sees no requests"));

    /// <summary>The names with which a rule is read to see whether it is the catch-all.</summary>
    internal static readonly MatcherNames HostSniOnly = new(["HostSNI"]);

    public static TcpPredicate Build(MatcherArguments arguments, bool syntaxV2)
    {
        if (!syntaxV2)
        {
            arguments.RequireCount(1, 1);
            return BuildOne(arguments, 0, syntaxV2: false);
        }

        var operands = Enumerable.Range(0, arguments.All.Length).Select(i => BuildOne(arguments, i, syntaxV2: true)).ToArray();
        return operands.Length == 1 ? operands[0] : new TcpJoinPredicate(isAnd: false, operands);
    }

    private static TcpPredicate BuildOne(MatcherArguments arguments, int index, bool syntaxV2)
    {
        var value = arguments[index];
        switch (arguments.Name)
        {
            case "HostSNI" when value == "*":
                return new AnyServerPredicate(nameRequired: index > 0);
            case "HostSNI":
                return IsServerName(value, syntaxV2)
                    ? new HostSniPredicate(value, syntaxV2)
                    : throw arguments.Error($"\"{value}\" is not a host name");
            case "HostSNIRegexp" when syntaxV2:
                var pattern = arguments.RequireTemplate(value, ServerNameVariable, out _);
                return new HostSniRegexpPredicate(arguments.RequireRegex($"(?i)^{pattern}$"));
            case "HostSNIRegexp":
                return new HostSniRegexpPredicate(arguments.RequireRegex(arguments.RequireAscii(index)));
            case "ClientIP":
                return new TcpClientIPPredicate(arguments.RequireAddresses(index));
            case "ALPN":
                return value != AcmeProtocol
                    ? new AlpnPredicate(value)
                    : throw arguments.Error($"\"{AcmeProtocol}\" is not allowed");
            default:
                throw new InvalidOperationException(arguments.Name);
        }
    }

    /// <summary>Letters, digits, <c>_ . - :</c>; in v3 after an optional <c>*.</c>.</summary>
    private static bool IsServerName(string value, bool syntaxV2)
    {
        var name = !syntaxV2 && value.StartsWith("*.", StringComparison.Ordinal) ? value.AsSpan(2) : value;
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '.' or '-' or ':'))
            {
                return false;
            }
        }

        return !name.IsEmpty;
    }
}
