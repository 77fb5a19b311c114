using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Files.Toml;

/// <summary>From a TOML document to the node tree that every source becomes (design decision 13).</summary>
internal static class TomlNodes
{
    /// <summary>Reads the text.</summary>
    /// <param name="text">The document without a byte order mark.</param>
    /// <param name="fileName">The name that messages and locations show.</param>
    /// <param name="caseSensitive">Names that differ in case only are two names.</param>
    /// <exception cref="ConfigurationException">Not TOML, or two names differ only in case and <paramref name="caseSensitive"/> is false.</exception>
    public static ConfigObject Read(ReadOnlySpan<char> text, string fileName, bool caseSensitive = false) =>
        Convert(TomlReader.Read(text, fileName), fileName, caseSensitive);

    private static ConfigObject Convert(TomlTable table, string fileName, bool caseSensitive)
    {
        ConfigObject node = new(At(table, fileName), caseSensitive);
        foreach (var (key, value) in table.Entries)
        {
            if (node.Find(key) is { } earlier)
            {
                throw new ConfigurationException(new ConfigurationProblem(
                    "EG-FILE-DUPLICATE", ProblemSeverity.Error, At(value, fileName), $"{key} is defined twice; first at {earlier.Location}"));
            }

            node.Set(key, Convert(value, fileName, caseSensitive));
        }

        return node;
    }

    private static ConfigNode Convert(TomlValue value, string fileName, bool caseSensitive) => value switch
    {
        TomlTable table => Convert(table, fileName, caseSensitive),
        TomlArray array => new ConfigSequence([.. array.Items.Select(item => Convert(item, fileName, caseSensitive))], At(array, fileName)),
        TomlScalar scalar => new ConfigScalar(scalar.Text, At(scalar, fileName), scalar.Kind switch
        {
            TomlScalarKind.String => ScalarKind.Text,
            TomlScalarKind.Integer => ScalarKind.Integer,
            TomlScalarKind.Float => ScalarKind.Float,
            TomlScalarKind.Boolean => ScalarKind.Boolean,
            _ => ScalarKind.Other,
        }),
        _ => throw new InvalidOperationException($"Unknown TOML value {value.GetType().Name}."),
    };

    private static SourceLocation At(TomlValue value, string fileName) =>
        new($"{fileName}:{value.Position.Line}:{value.Position.Column}");
}
