namespace EdgeGateway.Configuration.Templates;

/// <summary>What a piece of an action is.</summary>
internal enum TemplateTokenKind
{
    Identifier,
    Field,
    Dot,
    Variable,
    Text,
    Number,
    Character,
    Pipe,
    Open,
    Close,
    Declare,
    Assign,
    Comma,
    End,
}
