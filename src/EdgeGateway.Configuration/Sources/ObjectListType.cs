using System.Globalization;
using System.Text.Json;
using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Configuration.Sources;

/// <summary>A list of objects: <c>domains[0].main</c> in flags and tags, a real list in files. The indexes only order.</summary>
internal sealed class ObjectListType<T>(ConfigType<T> element, bool elements = false) : ConfigType<ConfigList<T>>
{
    public override ConfigKind Kind => ConfigKind.ObjectList;

    public override ConfigType? FindChild(string name, ConfigSource source) => name.StartsWith('[') ? element : null;

    public override ConfigList<T>? Decode(ConfigNode node, ConfigList<T>? current, DecodeContext context)
    {
        current ??= ConfigList<T>.Empty;
        switch (node)
        {
            case ConfigSequence sequence:
                return DecodeItems(sequence.Items.Select((item, i) => new KeyValuePair<string, ConfigNode>($"[{i}]", item)), context);
            case ConfigObject parent:
                return DecodeItems(parent.Entries.OrderBy(static entry => entry.Key, IndexOrder.Instance), context);
            case ConfigInvalid invalid:
                context.Error("PATH", node.Location, invalid.Message);
                return current;
            default:
                context.Warning("INDEX", node.Location, $"{context.Path} has no effect as one value: write {context.Path}[0].…");
                return current;
        }
    }

    public override bool IsEmpty(ConfigList<T>? value) => value is null or { Count: 0 };

    public override void Write(Utf8JsonWriter writer, ConfigList<T> value)
    {
        writer.WriteStartArray();
        foreach (var item in value.AsSpan())
        {
            element.Write(writer, item);
        }

        writer.WriteEndArray();
    }

    public override IEnumerable<OptionDescription> Describe(string path) => element.Describe($"{path}[n]");

    public override IEnumerable<KeyValuePair<string, string>> Flatten(string path, ConfigList<T> value) =>
        value.SelectMany((item, i) => element.Flatten(string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), item));

    private ConfigList<T> DecodeItems(IEnumerable<KeyValuePair<string, ConfigNode>> entries, DecodeContext context)
    {
        var items = new List<T>();
        foreach (var (index, child) in entries)
        {
            context.Enter(index);
            if (!index.StartsWith('[') && child is not ConfigInvalid)
            {
                // As in Traefik: an item without index is made, and what was to be its field is taken for its index.
                context.Warning("INDEX", child.Location, $"{context.Path} needs an index, as in [0].{index}; it makes an empty item");
            }

            var errors = context.ErrorCount;
            if (element.DecodeEntry(child, context) is { } item && (context.ErrorCount == errors || !elements))
            {
                items.Add(item);
            }

            context.Leave();
        }

        return items.ToConfigList();
    }

    // As numbers, where Traefik sorts as text and puts [10] before [2]; what is not a number comes last, in byte order.
    private sealed class IndexOrder : IComparer<string>
    {
        internal static readonly IndexOrder Instance = new();

        public int Compare(string? x, string? y)
        {
            var left = Number(x!);
            var right = Number(y!);
            return left != right ? left.CompareTo(right) : string.CompareOrdinal(x, y);
        }

        private static ulong Number(string index) =>
            index.Length > 2 && index[0] == '[' && ulong.TryParse(index.AsSpan(1, index.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number
                : ulong.MaxValue;
    }
}
