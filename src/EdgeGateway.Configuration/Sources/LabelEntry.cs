namespace EdgeGateway.Configuration.Sources;

/// <summary>One dotted key with its value: a flag, a variable or a tag.</summary>
/// <param name="Key">Dotted key without the root (<c>http.routers.r.rule</c>).</param>
/// <param name="Value">Value as written.</param>
/// <param name="Location">Where it was written.</param>
public readonly record struct LabelEntry(string Key, string Value, SourceLocation Location);
