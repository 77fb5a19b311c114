namespace EdgeGateway.Rules.Syntax;

/// <summary>One token.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Name, decoded string, or the source text for messages.</param>
/// <param name="Position">Index of its first UTF-16 unit in the rule.</param>
internal readonly record struct RuleToken(RuleTokenKind Kind, string Text, int Position);
