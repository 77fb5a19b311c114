using System.Collections.Immutable;
using EdgeGateway.Rules.Addresses;
using EdgeGateway.Rules.Regexp;

namespace EdgeGateway.Rules.Syntax;

/// <summary>A matcher's arguments while its predicate is built: checks that several matchers share, with the place in their errors.</summary>
internal readonly struct MatcherArguments
{
    private readonly string _rule;

    /// <summary>Refuses what every matcher refuses: no argument, or an empty one.</summary>
    public MatcherArguments(string rule, MatcherNode matcher)
    {
        _rule = rule;
        Matcher = matcher;
        if (matcher.HasMissingArgument)
        {
            throw Error(matcher.Arguments.IsEmpty ? "an argument is missing" : "an argument is empty");
        }
    }

    public MatcherNode Matcher { get; }

    public string Name => Matcher.Name;

    public ImmutableArray<string> All => Matcher.Arguments;

    public string this[int index] => All[index];

    /// <summary>Refuses any other number of arguments.</summary>
    public void RequireCount(int least, int most)
    {
        if (All.Length >= least && All.Length <= most)
        {
            return;
        }

        var wanted = least == most ? $"{least}" : $"{least} or {most}";
        var cure = least == 1 && most == 1 ? $"; for several write {VersionHints.Alternatives(Name, All)}" : "";
        throw Error($"takes {wanted} argument{(most == 1 ? "" : "s")}, got {All.Length}{cure}");
    }

    public string RequireAscii(int index) => System.Text.Ascii.IsValid(All[index])
        ? All[index]
        : throw Error($"\"{All[index]}\" has characters beyond ASCII; write internationalised names in their xn-- form");

    public string RequirePath(int index) => All[index].StartsWith('/')
        ? All[index]
        : throw Error($"path \"{All[index]}\" does not start with a '/'");

    public GoRegex RequireRegex(string pattern) => GoRegex.TryParse(pattern, out var regex, out var error)
        ? regex
        : throw Error(error, RuleCodes.Regex);

    public AddressRange RequireAddresses(int index) => AddressRange.TryParse(All[index], out var range)
        ? range
        : throw Error($"\"{All[index]}\" is neither an IP address nor a network such as 10.0.0.0/8");

    /// <summary>The pattern of a v2 template; see <see cref="RouteTemplate"/>.</summary>
    public string RequireTemplate(string template, string defaultPattern, out string literal)
    {
        try
        {
            return RouteTemplate.ToPattern(template, defaultPattern, out literal);
        }
        catch (GoRegexException exception)
        {
            throw Error(exception.Message, RuleCodes.Regex);
        }
    }

    public RuleException Error(string reason, string code = RuleCodes.Argument) => RuleParser.ErrorAt(_rule, Matcher, code, reason);
}
