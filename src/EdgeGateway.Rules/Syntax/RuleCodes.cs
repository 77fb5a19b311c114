namespace EdgeGateway.Rules.Syntax;

/// <summary>The stable codes of rule faults; listed with their cures in <c>docs/messages.md</c>.</summary>
public static class RuleCodes
{
    /// <summary>The text is not an expression of the rule language.</summary>
    public const string Syntax = "EG-RULE-SYNTAX";

    /// <summary>A matcher of this name does not exist here.</summary>
    public const string UnknownMatcher = "EG-RULE-MATCHER";

    /// <summary>A matcher got too few, too many, empty or invalid arguments.</summary>
    public const string Argument = "EG-RULE-ARGUMENT";

    /// <summary>A regular expression is invalid or uses what RE2 does not have.</summary>
    public const string Regex = "EG-RULE-REGEX";
}
