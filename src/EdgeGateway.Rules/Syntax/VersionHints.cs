using System.Collections.Immutable;

namespace EdgeGateway.Rules.Syntax;

/// <summary>Writes in rule syntax v3 what a rule says in v2: rules outlive the upgrade that changed the language.</summary>
internal static class VersionHints
{
    // Longer lists are shown with an ellipsis: a message is a line.
    private const int MaximumShown = 4;

    /// <summary>The v3 form of a v2 matcher with its own arguments, and what differs; null when the name is not of v2 or the arguments do not fit.</summary>
    public static string? InV3(string name, ImmutableArray<string> arguments)
    {
        switch (name.ToLowerInvariant())
        {
            case "headers" when IsPairs(arguments):
                return $"it is of rule syntax v2; in v3 write {Pairs("Header", arguments)}{ContentTypes(arguments)}";
            case "headersregexp" when IsPairs(arguments):
                return $"it is of rule syntax v2; in v3 write {Pairs("HeaderRegexp", arguments)}";
            case "hostheader" when arguments.Length > 0:
                return $"it is of rule syntax v2; in v3 write {Alternatives("Host", arguments)}";
            default:
                return null;
        }
    }

    /// <summary>One matcher per argument, joined with <c>||</c>.</summary>
    public static string Alternatives(string name, ImmutableArray<string> arguments) =>
        string.Join(" || ", arguments.Take(MaximumShown).Select(a => $"{name}({GoStringLiteral.Quote(a)})")) + (arguments.Length > MaximumShown ? " || …" : "");

    private static bool IsPairs(ImmutableArray<string> arguments) => arguments.Length > 0 && arguments.Length % 2 == 0;

    private static string Pairs(string name, ImmutableArray<string> arguments) => string.Join(" && ", Enumerable.Range(0, arguments.Length / 2)
        .Select(i => $"{name}({GoStringLiteral.Quote(arguments[2 * i])}, {GoStringLiteral.Quote(arguments[(2 * i) + 1])})"));

    // gRPC clients send application/grpc, +proto or +json: a rule that is meant for them must take all.
    private static string ContentTypes(ImmutableArray<string> arguments)
    {
        for (var i = 0; i < arguments.Length; i += 2)
        {
            if (arguments[i].Equals("Content-Type", StringComparison.OrdinalIgnoreCase) && arguments[i + 1].Equals("application/grpc", StringComparison.OrdinalIgnoreCase))
            {
                return "; it takes this whole value only: for application/grpc+proto as well write HeaderRegexp(`Content-Type`, `^application/grpc`)";
            }
        }

        return "";
    }
}
