using System.Text.Json;

namespace EdgeGateway.Configuration.Sources;

/// <summary>A scalar whose presence is remembered: an explicit <c>0</c> or <c>false</c> differs from nothing.</summary>
internal sealed class OptionalType<T>(ConfigType<T> inner) : ConfigType<T?>
    where T : struct
{
    public override ConfigKind Kind => inner.Kind;

    public override T? Decode(ConfigNode node, T? current, DecodeContext context)
    {
        var errors = context.ErrorCount;
        var value = inner.Decode(node, default, context);
        return context.ErrorCount == errors ? value : current;
    }

    public override bool IsEmpty(T? value) => value is null;

    public override void Write(Utf8JsonWriter writer, T? value) => inner.Write(writer, value!.Value);

    public override string? Format(T? value) => value is { } present ? inner.Format(present) ?? inner.Flatten("", present).First().Value : null;

    public override IEnumerable<KeyValuePair<string, string>> Flatten(string path, T? value) => value is { } present ? inner.Flatten(path, present) : [];
}
