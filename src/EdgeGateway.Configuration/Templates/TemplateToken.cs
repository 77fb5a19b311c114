namespace EdgeGateway.Configuration.Templates;

/// <summary>A piece of an action.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Name or decoded text.</param>
/// <param name="Position">Offset in the template.</param>
/// <param name="SpaceBefore">Blanks stand before it: they part <c>$x .Y</c> from <c>$x.Y</c>.</param>
internal readonly record struct TemplateToken(TemplateTokenKind Kind, string Text, int Position, bool SpaceBefore);
