using System.Collections.Immutable;

namespace EdgeGateway.Rules.Syntax;

/// <summary>One matcher with its arguments.</summary>
public sealed class MatcherNode : RuleNode
{
    internal MatcherNode(string name, bool isNegated, ImmutableArray<string> arguments, int position)
    {
        Name = name;
        IsNegated = isNegated;
        Arguments = arguments;
        Position = position;
    }

    /// <summary>The matcher's name as its table writes it, whichever of the four spellings the rule used.</summary>
    public string Name { get; }

    /// <summary>Whether the matcher must not match.</summary>
    public bool IsNegated { get; }

    /// <summary>The strings between the parentheses, unquoted; not checked.</summary>
    public ImmutableArray<string> Arguments { get; }

    /// <summary>Index of the name in the rule.</summary>
    public int Position { get; }

    /// <summary>No argument or an empty one: Traefik refuses either for every matcher.</summary>
    public bool HasMissingArgument => Arguments.IsEmpty || Arguments.Contains("");

    /// <inheritdoc/>
    public override IEnumerable<MatcherNode> Matchers => [this];

    /// <inheritdoc/>
    public override string ToString() =>
        $"{(IsNegated ? "!" : "")}{Name}({string.Join(", ", Arguments.Select(GoStringLiteral.Quote))})";

    internal override RuleNode Negate() => new MatcherNode(Name, !IsNegated, Arguments, Position);
}
