using System.Text.Json;
using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Configuration.Sources;

/// <summary>A map with free names.</summary>
/// <param name="value">Type of the values.</param>
/// <param name="elements">True when each entry is an element of its own: an error inside costs the entry, not its siblings.</param>
internal sealed class MapType<TValue>(ConfigType<TValue> value, bool elements) : ConfigType<ConfigMap<TValue>>
{
    public override ConfigKind Kind => ConfigKind.Map;

    public override ConfigType? FindChild(string name, ConfigSource source) => value;

    public override ConfigMap<TValue>? Decode(ConfigNode node, ConfigMap<TValue>? current, DecodeContext context)
    {
        current ??= ConfigMap<TValue>.Empty;
        switch (node)
        {
            case ConfigObject parent when parent.Entries.Count > 0 || context.Source == ConfigSource.File:
                return DecodeEntries(parent, current, context);
            case ConfigInvalid invalid:
                context.Error("PATH", node.Location, invalid.Message);
                return current;
            default:
                context.Error("ALONE", node.Location, $"{context.Path} cannot stand alone: it holds named entries, {context.Path}.<name>");
                return current;
        }
    }

    public override bool IsEmpty(ConfigMap<TValue>? value) => value is null or { Count: 0 };

    public override void Write(Utf8JsonWriter writer, ConfigMap<TValue> value1)
    {
        writer.WriteStartObject();
        foreach (var (name, entry) in value1.AsSpan())
        {
            writer.WritePropertyName(name);
            value.Write(writer, entry);
        }

        writer.WriteEndObject();
    }

    public override IEnumerable<OptionDescription> Describe(string path)
    {
        var child = $"{path}.<name>";
        return value.Kind == ConfigKind.Object
            ? value.Describe(child)
            : [new(child, value.Kind, null, "", FieldOptions.None), .. value.Describe(child)];
    }

    public override IEnumerable<KeyValuePair<string, string>> Flatten(string path, ConfigMap<TValue> map) =>
        map.SelectMany(entry => value.Flatten($"{path}.{entry.Key}", entry.Value));

    private ConfigMap<TValue> DecodeEntries(ConfigObject parent, ConfigMap<TValue> current, DecodeContext context)
    {
        var entries = new List<KeyValuePair<string, TValue>>(current);
        foreach (var (name, child) in parent.Entries)
        {
            context.Enter(name);
            var errors = context.ErrorCount;
            if (child is ConfigInvalid invalid)
            {
                context.Error("PATH", child.Location, invalid.Message);
            }
            else if (value.DecodeEntry(child, context) is { } decoded && (context.ErrorCount == errors || !elements))
            {
                entries.Add(new(name, decoded));
            }

            if (elements && context.ErrorCount > errors)
            {
                context.Drop();
            }

            context.Leave();
        }

        return entries.ToConfigMap();
    }
}
