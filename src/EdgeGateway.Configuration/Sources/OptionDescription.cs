namespace EdgeGateway.Configuration.Sources;

/// <summary>One line of an option list: <c>--help</c>, the unknown-option check and the docs are made from these.</summary>
/// <param name="Path">Dotted path; a free name is <c>&lt;name&gt;</c>, a list index <c>[n]</c>.</param>
/// <param name="Kind">Shape of the value.</param>
/// <param name="Default">Default as text, or null when there is none.</param>
/// <param name="Description">What it does; may be empty.</param>
/// <param name="Options">Field options.</param>
public sealed record OptionDescription(string Path, ConfigKind Kind, string? Default, string Description, FieldOptions Options);
