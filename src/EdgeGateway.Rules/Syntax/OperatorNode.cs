using System.Collections.Immutable;

namespace EdgeGateway.Rules.Syntax;

/// <summary>
/// Two or more operands joined by one operator. Nested uses of the same operator are merged into one node: both operators are
/// associative, and a rule of a thousand alternatives stays flat.
/// </summary>
public sealed class OperatorNode : RuleNode
{
    private OperatorNode(bool isAnd, ImmutableArray<RuleNode> operands)
    {
        IsAnd = isAnd;
        Operands = operands;
    }

    /// <summary><c>&amp;&amp;</c> when true, <c>||</c> when false.</summary>
    public bool IsAnd { get; }

    /// <summary>At least two; none is an operator node of the same kind.</summary>
    public ImmutableArray<RuleNode> Operands { get; }

    /// <inheritdoc/>
    public override IEnumerable<MatcherNode> Matchers => Operands.SelectMany(operand => operand.Matchers);

    /// <inheritdoc/>
    public override string ToString() => string.Join(IsAnd ? " && " : " || ", Operands.Select(Print));

    internal static RuleNode Join(bool isAnd, IReadOnlyList<RuleNode> operands)
    {
        if (operands.Count == 1)
        {
            return operands[0];
        }

        var flat = ImmutableArray.CreateBuilder<RuleNode>(operands.Count);
        foreach (var operand in operands)
        {
            if (operand is OperatorNode inner && inner.IsAnd == isAnd)
            {
                flat.AddRange(inner.Operands);
            }
            else
            {
                flat.Add(operand);
            }
        }

        return new OperatorNode(isAnd, flat.ToImmutable());
    }

    internal override RuleNode Negate() => new OperatorNode(!IsAnd, [.. Operands.Select(operand => operand.Negate())]);

    /// <summary>Only an alternative inside a conjunction needs parentheses.</summary>
    private string Print(RuleNode operand) => IsAnd && operand is OperatorNode ? $"({operand})" : operand.ToString()!;
}
