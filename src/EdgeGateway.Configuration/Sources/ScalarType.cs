using System.Text.Json;

namespace EdgeGateway.Configuration.Sources;

/// <summary>A leaf value with its text form.</summary>
internal sealed class ScalarType<T>(
    ConfigKind kind, string expected, ScalarType<T>.Parser parse, Func<T, string> format, Action<Utf8JsonWriter, T> write, Predicate<T?> isEmpty)
    : ConfigType<T>
{
    /// <summary>Reads the text; false = not of this type.</summary>
    internal delegate bool Parser(string text, out T? value);

    public override ConfigKind Kind => kind;

    public override T? Decode(ConfigNode node, T? current, DecodeContext context)
    {
        switch (node)
        {
            case ConfigScalar scalar when parse(scalar.Text, out var value):
                return value;
            case ConfigScalar scalar:
                if (!context.IsIgnoring)
                {
                    context.Error("VALUE", node.Location, $"{context.Path}: '{scalar.Text}' is not {expected}");
                }

                return current;
            case ConfigInvalid invalid:
                context.Error("PATH", node.Location, invalid.Message);
                return current;
            case ConfigObject { Entries.Count: > 0 } parent:
                context.Error("FIELD", parent.Entries[0].Value.Location, $"{context.Path} is a single value ({expected}) and has no option '{parent.Entries[0].Key}'");
                return current;
            default:
                context.Error("VALUE", node.Location, $"{context.Path} needs one value: {expected}");
                return current;
        }
    }

    // A map key cannot hold a dot: "customRequestHeaders.X.Foo=bar" is the key X without a value, as in Traefik, but not in silence.
    public override T? DecodeEntry(ConfigNode node, DecodeContext context)
    {
        if (node is not ConfigObject { Entries.Count: > 0 } parent || context.Source == ConfigSource.File)
        {
            return Decode(node, default, context);
        }

        context.Warning("DOT", parent.Entries[0].Value.Location, $"{context.Path}.{parent.Entries[0].Key} has no effect: a name cannot hold a dot here");
        return Decode(parent.Own ?? new ConfigScalar("", node.Location), default, context);
    }

    public override bool IsEmpty(T? value) => isEmpty(value);

    public override void Write(Utf8JsonWriter writer, T value) => write(writer, value);

    public override string? Format(T? value) => value is null || isEmpty(value) ? null : format(value);

    public override IEnumerable<KeyValuePair<string, string>> Flatten(string path, T value) =>
        value is string { Length: 0 } && ReferenceEquals(this, ConfigTypes.String) ? [] : [new(path, format(value))];
}
