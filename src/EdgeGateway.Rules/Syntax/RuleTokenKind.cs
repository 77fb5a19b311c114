namespace EdgeGateway.Rules.Syntax;

/// <summary>Tokens of the rule language. Whatever else Go has (numbers, other operators) is <see cref="Other"/>: never legal here.</summary>
internal enum RuleTokenKind
{
    End,
    Name,
    Text,
    And,
    Or,
    Not,
    Open,
    Close,
    Comma,
    Ellipsis,

    /// <summary>The semicolon that Go puts at a line break after a name, a literal or a closing parenthesis.</summary>
    LineBreak,
    Other,
}
