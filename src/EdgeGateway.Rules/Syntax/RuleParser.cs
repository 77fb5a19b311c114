using System.Collections.Immutable;

namespace EdgeGateway.Rules.Syntax;

/// <summary>
/// Parses the rule language: the part of Go's expressions that Traefik accepts (matchers with string arguments, <c>!</c>,
/// <c>&amp;&amp;</c>, <c>||</c>, parentheses). Arguments are not checked here. Negation is pushed down to the matchers.
/// </summary>
internal sealed class RuleParser
{
    /// <summary>Go allows 100,000; nobody writes a tenth of this, and it bounds the stack.</summary>
    private const int MaximumNesting = 250;

    private readonly RuleLexer _lexer;
    private readonly MatcherNames _names;
    private RuleToken _token;
    private int _nesting;

    private RuleParser(string text, MatcherNames names)
    {
        _lexer = new RuleLexer(text);
        _names = names;
        _token = _lexer.Next();
    }

    /// <summary>Parses a whole text.</summary>
    /// <exception cref="RuleException">The text is not a rule, or names a matcher that is not among <paramref name="names"/>.</exception>
    public static RuleNode Parse(string text, MatcherNames names)
    {
        var parser = new RuleParser(text, names);
        var rule = parser.ParseOr();
        var end = parser._token;
        if (end.Kind == RuleTokenKind.LineBreak)
        {
            parser.Advance();
        }

        if (parser._token.Kind == RuleTokenKind.End)
        {
            return rule;
        }

        // Of a line break and what follows it, the line break is the fault.
        parser._token = end;
        throw parser.Unexpected("&&, || or the end of the rule");
    }

    /// <summary>An error at a matcher of a parsed rule.</summary>
    public static RuleException ErrorAt(string text, MatcherNode matcher, string code, string reason) =>
        new RuleLexer(text).Error($"{matcher.Name}: {reason}", matcher.Position, code);

    private RuleNode ParseOr()
    {
        var operands = new List<RuleNode> { ParseAnd() };
        while (_token.Kind == RuleTokenKind.Or)
        {
            Advance();
            operands.Add(ParseAnd());
        }

        return OperatorNode.Join(isAnd: false, operands);
    }

    private RuleNode ParseAnd()
    {
        var operands = new List<RuleNode> { ParseUnary() };
        while (_token.Kind == RuleTokenKind.And)
        {
            Advance();
            operands.Add(ParseUnary());
        }

        return OperatorNode.Join(isAnd: true, operands);
    }

    private RuleNode ParseUnary()
    {
        var negated = false;
        while (_token.Kind == RuleTokenKind.Not)
        {
            negated = !negated;
            Advance();
        }

        var operand = ParsePrimary();
        return negated ? operand.Negate() : operand;
    }

    private RuleNode ParsePrimary()
    {
        if (_token.Kind == RuleTokenKind.Name)
        {
            return ParseMatcher();
        }

        if (_token.Kind != RuleTokenKind.Open)
        {
            throw Unexpected("a matcher, ! or (");
        }

        if (++_nesting > MaximumNesting)
        {
            throw _lexer.Error($"parentheses nest deeper than {MaximumNesting}", _token.Position);
        }

        Advance();
        var inner = ParseOr();
        Expect(RuleTokenKind.Close, ")");
        _nesting--;
        return inner;
    }

    private MatcherNode ParseMatcher()
    {
        var name = _token;
        Advance();
        if (_token.Kind != RuleTokenKind.Open)
        {
            throw _lexer.Error($"{name.Text} is not followed by its arguments in parentheses", name.Position);
        }

        Advance();
        var arguments = ParseArguments();
        var resolved = _names.Resolve(name.Text)
            ?? throw _lexer.Error(_names.DescribeUnknown(name.Text, arguments), name.Position, RuleCodes.UnknownMatcher);
        return new MatcherNode(resolved, isNegated: false, arguments, name.Position);
    }

    private ImmutableArray<string> ParseArguments()
    {
        var arguments = ImmutableArray.CreateBuilder<string>();
        while (_token.Kind != RuleTokenKind.Close)
        {
            if (_token.Kind != RuleTokenKind.Text)
            {
                throw Unexpected("a string in backticks or double quotes");
            }

            arguments.Add(_token.Text);
            Advance();
            if (_token.Kind == RuleTokenKind.Ellipsis)
            {
                // Go's syntax allows it after the last argument, and Traefik does not look at it.
                Advance();
                if (_token.Kind == RuleTokenKind.Comma)
                {
                    Advance();
                }

                break;
            }

            if (_token.Kind != RuleTokenKind.Comma)
            {
                break;
            }

            Advance();
        }

        Expect(RuleTokenKind.Close, ", or )");
        return arguments.ToImmutable();
    }

    private void Advance() => _token = _lexer.Next();

    private void Expect(RuleTokenKind kind, string what)
    {
        if (_token.Kind != kind)
        {
            throw Unexpected(what);
        }

        Advance();
    }

    private RuleException Unexpected(string expected)
    {
        var found = _token.Kind switch
        {
            RuleTokenKind.Text => "a string",
            RuleTokenKind.LineBreak => "the end of the line (a line may break only after an operator, a comma or an opening parenthesis)",
            _ => _token.Text,
        };
        return _lexer.Error($"expected {expected}, found {found}", _token.Position);
    }
}
