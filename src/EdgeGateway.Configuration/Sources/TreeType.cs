using System.Globalization;
using System.Text.Json;
using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Configuration.Sources;

/// <summary>A free tree.</summary>
internal sealed class TreeType : ConfigType<ConfigTree>
{
    public override ConfigKind Kind => ConfigKind.Tree;

    public override ConfigType? FindChild(string name, ConfigSource source) => this;

    public override ConfigTree? Decode(ConfigNode node, ConfigTree? current, DecodeContext context)
    {
        switch (node)
        {
            case ConfigScalar scalar:
                return new() { Text = scalar.Text };
            case ConfigSequence sequence:
                return new() { List = sequence.Items.Select(item => Decode(item, null, context)).OfType<ConfigTree>().ToConfigList() };
            case ConfigObject parent when parent.Entries.Count > 0 && parent.Entries.All(static entry => entry.Key.StartsWith('[')):
                return new() { List = parent.Entries.Select(entry => Decode(entry.Value, null, context)).OfType<ConfigTree>().ToConfigList() };
            case ConfigObject parent:
                return new() { Map = Children(parent, context).ToConfigMap() };
            case ConfigInvalid invalid:
                context.Error("PATH", node.Location, invalid.Message);
                return current;
            default:
                return current;
        }
    }

    public override bool IsEmpty(ConfigTree? value) => value is null;

    public override void Write(Utf8JsonWriter writer, ConfigTree value)
    {
        if (value.Map is { } map)
        {
            writer.WriteStartObject();
            foreach (var (name, child) in map.AsSpan())
            {
                writer.WritePropertyName(name);
                Write(writer, child);
            }

            writer.WriteEndObject();
        }
        else if (value.List is { } list)
        {
            writer.WriteStartArray();
            foreach (var child in list.AsSpan())
            {
                Write(writer, child);
            }

            writer.WriteEndArray();
        }
        else
        {
            writer.WriteStringValue(value.Text);
        }
    }

    public override IEnumerable<KeyValuePair<string, string>> Flatten(string path, ConfigTree value)
    {
        if (value.Map is { } map)
        {
            return map.SelectMany(entry => Flatten($"{path}.{entry.Key}", entry.Value));
        }

        return value.List is { } list
            ? list.SelectMany((item, i) => Flatten(string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), item))
            : [new(path, value.Text ?? "")];
    }

    private IEnumerable<KeyValuePair<string, ConfigTree>> Children(ConfigObject parent, DecodeContext context)
    {
        foreach (var (name, child) in parent.Entries)
        {
            if (Decode(child, null, context) is { } tree)
            {
                yield return new(name, tree);
            }
        }
    }
}
