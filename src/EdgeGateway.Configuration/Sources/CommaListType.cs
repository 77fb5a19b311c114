using System.Text.Json;
using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Configuration.Sources;

/// <summary>A list of texts: <c>a, b</c> in one value, or a real list in a file.</summary>
internal sealed class CommaListType : ConfigType<ConfigList<string>>
{
    // Ten thousand routers name the same few entry points: equal texts that come again share one list.
    private static readonly RecentList?[] Recent = new RecentList?[64];

    public override ConfigKind Kind => ConfigKind.List;

    public override ConfigList<string>? Decode(ConfigNode node, ConfigList<string>? current, DecodeContext context)
    {
        var unset = current ?? ConfigList<string>.Empty;
        switch (node)
        {
            case ConfigScalar { Text: "" }:
                return unset;
            case ConfigScalar scalar:
                return Split(scalar.Text);
            case ConfigSequence sequence:
                return FromSequence(sequence, context);
            case ConfigInvalid invalid:
                context.Error("PATH", node.Location, invalid.Message);
                return unset;
            case ConfigObject parent:
                return FromObject(parent, unset, context);
            default:
                return unset;
        }
    }

    public override bool IsEmpty(ConfigList<string>? value) => value is null or { Count: 0 };

    public override void Write(Utf8JsonWriter writer, ConfigList<string> value)
    {
        writer.WriteStartArray();
        foreach (var item in value.AsSpan())
        {
            writer.WriteStringValue(item);
        }

        writer.WriteEndArray();
    }

    public override string? Format(ConfigList<string>? value) => value is { Count: > 0 } ? string.Join(",", value) : null;

    public override IEnumerable<KeyValuePair<string, string>> Flatten(string path, ConfigList<string> value) =>
        value.Count == 0 ? [] : [new(path, string.Join(", ", value))];

    private static ConfigList<string> FromSequence(ConfigSequence sequence, DecodeContext context)
    {
        var items = new List<string>(sequence.Items.Count);
        foreach (var item in sequence.Items)
        {
            if (item is ConfigScalar scalar)
            {
                items.Add(scalar.Text);
            }
            else
            {
                context.Error("VALUE", item.Location, $"{context.Path} is a list of plain values");
            }
        }

        return items.ToConfigList();
    }

    // "entrypoints[0]=web" is ignored without a word in Traefik; the value is ignored here as well, but not in silence.
    private static ConfigList<string> FromObject(ConfigObject parent, ConfigList<string> unset, DecodeContext context)
    {
        foreach (var (name, child) in parent.Entries)
        {
            if (child is ConfigInvalid invalid)
            {
                context.Error("PATH", child.Location, invalid.Message);
            }
            else if (child is ConfigObject { Entries.Count: > 0 } || !name.StartsWith('['))
            {
                context.Error("FIELD", child.Location, $"{context.Path} is a comma list and has no option '{name}'");
            }
            else
            {
                context.Warning("INDEX", child.Location, $"{context.Path}{name} has no effect: write the list as one value, {context.Path}=a,b");
            }
        }

        return parent.Own is { Text.Length: > 0 } own
            ? Split(own.Text)
            : unset;
    }

    private static ConfigList<string> Split(string text)
    {
        ref var slot = ref Recent[(uint)text.GetHashCode(StringComparison.Ordinal) % Recent.Length];
        var known = Volatile.Read(ref slot);
        if (known is null || known.Text != text)
        {
            Volatile.Write(ref slot, known = new(text, text.Split(',', StringSplitOptions.TrimEntries).ToConfigList()));
        }

        return known.List;
    }

    private sealed record RecentList(string Text, ConfigList<string> List);
}
