namespace EdgeGateway.Configuration.Templates;

/// <summary>A piece of a parsed template.</summary>
internal abstract record TemplateNode(int Position);

/// <summary>Text outside of actions.</summary>
internal sealed record TextNode(string Text, int Position) : TemplateNode(Position);

/// <summary>A pipeline whose value is written, unless it sets a variable.</summary>
internal sealed record ActionNode(PipelineNode Pipeline, int Position) : TemplateNode(Position);

/// <summary><c>if</c> or <c>with</c>; an <c>else if</c> is a branch in the else list.</summary>
internal sealed record BranchNode(bool SetsDot, PipelineNode Pipeline, TemplateNode[] Then, TemplateNode[] Else, int Position) : TemplateNode(Position);

/// <summary><c>range</c>.</summary>
internal sealed record RangeNode(string? Key, string? Value, PipelineNode Pipeline, TemplateNode[] Body, TemplateNode[] Else, int Position) : TemplateNode(Position);

/// <summary><c>break</c> or <c>continue</c>.</summary>
internal sealed record JumpNode(bool IsBreak, int Position) : TemplateNode(Position);

/// <summary><c>template</c>, or the call that a <c>block</c> makes; the dot inside is the pipeline's value.</summary>
internal sealed record CallNode(string Name, PipelineNode? Pipeline, int Position) : TemplateNode(Position);

/// <summary>Commands, each taking the value of the one before as its last argument.</summary>
internal sealed record PipelineNode(string? Variable, bool Declares, CommandNode[] Commands, int Position) : TemplateNode(Position);

/// <summary>A function with arguments, or a single value.</summary>
internal sealed record CommandNode(OperandNode[] Operands, int Position) : TemplateNode(Position);

/// <summary>A value: constant, function name, variable, dot or parenthesis, and fields behind it.</summary>
internal sealed record OperandNode(OperandKind Kind, object? Value, string[] Fields, int Position) : TemplateNode(Position);

/// <summary>What an operand is.</summary>
internal enum OperandKind
{
    Constant,
    Function,
    Variable,
    Dot,
    Parenthesis,
}
