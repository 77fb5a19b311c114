namespace EdgeGateway.Rules.Syntax;

/// <summary>
/// A parsed rule: matchers joined by and/or. Negation stands at the matchers only (De Morgan's laws were applied while parsing),
/// so that code that folds a rule needs no case for it. <see cref="object.ToString"/> prints it in the rule language.
/// </summary>
public abstract class RuleNode
{
    private protected RuleNode()
    {
    }

    /// <summary>All matchers from left to right, whatever joins or negates them.</summary>
    public abstract IEnumerable<MatcherNode> Matchers { get; }

    internal abstract RuleNode Negate();
}
