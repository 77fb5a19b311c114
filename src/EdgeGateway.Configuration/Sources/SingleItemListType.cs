using System.Text.Json;
using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Configuration.Sources;

/// <summary>The list <c>servers</c>: in tags only reachable as the single object <c>server</c> (dynamic-config §1.4).</summary>
internal sealed class SingleItemListType<T>(ConfigType<T> element) : ConfigType<ConfigList<T>>
{
    private readonly ObjectListType<T> _list = new(element);

    public override ConfigKind Kind => ConfigKind.ObjectList;

    public override ConfigType? FindChild(string name, ConfigSource source) =>
        source == ConfigSource.Tags ? element.FindChild(name, source) : _list.FindChild(name, source);

    public override ConfigList<T>? Decode(ConfigNode node, ConfigList<T>? current, DecodeContext context)
    {
        if (context.Source != ConfigSource.Tags)
        {
            return _list.Decode(node, current, context);
        }

        return element.Decode(node, default, context) is { } item ? [item] : current ?? ConfigList<T>.Empty;
    }

    public override bool IsEmpty(ConfigList<T>? value) => _list.IsEmpty(value);

    public override void Write(Utf8JsonWriter writer, ConfigList<T> value) => _list.Write(writer, value);

    public override IEnumerable<OptionDescription> Describe(string path) => _list.Describe(path);

    public override IEnumerable<KeyValuePair<string, string>> Flatten(string path, ConfigList<T> value) =>
        value.Count == 0 ? [] : element.Flatten(path, value[0]);
}
