namespace EdgeGateway.Configuration.Static;

/// <summary>A piece of an L4 access log line.</summary>
/// <param name="Field">What is written.</param>
/// <param name="Text">The text, for <see cref="Layer4LogField.Text"/>; else the variable's name.</param>
public readonly record struct Layer4LogSegment(Layer4LogField Field, string Text);
