using System.Collections.Immutable;
using EdgeGateway.Rules.Regexp;
using EdgeGateway.Rules.Syntax;

namespace EdgeGateway.Rules.Constraints;

/// <summary>
/// A provider's <c>constraints</c>: which instances are taken, by their raw tags. The rule language with two matchers of one string:
/// <c>Tag</c> (a tag equals it) and <c>TagRegex</c> (an RE2 pattern is found in a tag). Immutable; parse once, evaluate often.
/// </summary>
public sealed class ConstraintExpression
{
    private const string Tag = "Tag";
    private const string TagRegex = "TagRegex";

    // Unlike rules, constraints know each name in one spelling only.
    private static readonly MatcherNames Names = new([Tag, TagRegex], anySpelling: false,
        ("Label", "services of this provider have tags, write Tag(`key=value`)"),
        ("LabelRegex", "services of this provider have tags, write TagRegex(`^key=pattern$`)"));

    private readonly Node? _root;

    private ConstraintExpression(string text, Node? root)
    {
        Text = text;
        _root = root;
    }

    /// <summary>The expression as the user wrote it.</summary>
    public string Text { get; }

    /// <summary>Parses an expression; the empty one matches everything.</summary>
    /// <exception cref="RuleException">It is not a valid expression. (Traefik reports that for each instance and takes none.)</exception>
    public static ConstraintExpression Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new ConstraintExpression(text, text.Length == 0 ? null : Build(text, RuleParser.Parse(text, Names)));
    }

    /// <summary>Whether an instance with these raw tags (all of them, not only prefixed ones) is taken.</summary>
    public bool Matches(IReadOnlyList<string> tags) => _root is null || _root.Matches(tags);

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static Node Build(string text, RuleNode node)
    {
        if (node is OperatorNode join)
        {
            return new Join(join.IsAnd, [.. join.Operands.Select(operand => Build(text, operand))]);
        }

        var matcher = (MatcherNode)node;
        if (matcher.Arguments is not [var argument])
        {
            throw RuleParser.ErrorAt(text, matcher, RuleCodes.Argument, $"takes one string, got {matcher.Arguments.Length}");
        }

        if (matcher.Name == Tag)
        {
            return new Equality(matcher.IsNegated, argument);
        }

        // Traefik evaluates an invalid pattern to false at each service; the user would never learn of it here either if it were
        // an error, because it would hide every service instead of none.
        return new Search(matcher.IsNegated, GoRegex.TryParse(argument, out var regex, out _) ? regex : null);
    }

    private abstract class Node
    {
        public abstract bool Matches(IReadOnlyList<string> tags);
    }

    private sealed class Join(bool isAnd, ImmutableArray<Node> operands) : Node
    {
        public override bool Matches(IReadOnlyList<string> tags)
        {
            foreach (var operand in operands)
            {
                if (operand.Matches(tags) != isAnd)
                {
                    return !isAnd;
                }
            }

            return isAnd;
        }
    }

    private sealed class Equality(bool isNegated, string value) : Node
    {
        public override bool Matches(IReadOnlyList<string> tags) => tags.Contains(value, StringComparer.Ordinal) != isNegated;
    }

    private sealed class Search(bool isNegated, GoRegex? regex) : Node
    {
        public override bool Matches(IReadOnlyList<string> tags) =>
            (regex is not null && tags.Any(tag => regex.IsMatch(tag))) != isNegated;
    }
}
