using System.Globalization;
using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Configuration.Sources;

/// <summary>The types that fields are made of. Accepted texts: dynamic-config §1.5.</summary>
public static class ConfigTypes
{
    /// <summary>Any text; empty counts as unset (null).</summary>
    public static ConfigType<string> String { get; } = new ScalarType<string>(
        ConfigKind.Text, "text", static (string text, out string? value) => (value = text.Length == 0 ? null : text) is not null || text.Length == 0,
        static value => value, static (writer, value) => writer.WriteStringValue(value), string.IsNullOrEmpty);

    /// <summary>Any text, empty too: for values of maps.</summary>
    public static ConfigType<string> Text { get; } = new ScalarType<string>(
        ConfigKind.Text, "text", static (string text, out string? value) => (value = text) is not null,
        static value => value, static (writer, value) => writer.WriteStringValue(value), static value => value is null);

    /// <summary><c>1 t T TRUE true True 0 f F FALSE false False</c>.</summary>
    public static ConfigType<bool> Bool { get; } = new ScalarType<bool>(
        ConfigKind.Boolean, "true or false", TryBool,
        static value => value ? "true" : "false", static (writer, value) => writer.WriteBooleanValue(value), static value => !value);

    /// <summary>A 32-bit integer.</summary>
    public static ConfigType<int> Int { get; } = new ScalarType<int>(
        ConfigKind.Number, "an integer",
        static (string text, out int value) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value),
        static value => value.ToString(CultureInfo.InvariantCulture), static (writer, value) => writer.WriteNumberValue(value), static value => value == 0);

    /// <summary>A 64-bit integer.</summary>
    public static ConfigType<long> Long { get; } = new ScalarType<long>(
        ConfigKind.Number, "an integer",
        static (string text, out long value) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value),
        static value => value.ToString(CultureInfo.InvariantCulture), static (writer, value) => writer.WriteNumberValue(value), static value => value == 0);

    /// <summary>A number with an optional fraction.</summary>
    public static ConfigType<double> Double { get; } = new ScalarType<double>(
        ConfigKind.Fraction, "a number",
        static (string text, out double value) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value),
        static value => value.ToString(CultureInfo.InvariantCulture), static (writer, value) => writer.WriteNumberValue(value), static value => value == 0);

    /// <summary>Go duration text, or an integer in seconds; written as Go text.</summary>
    public static ConfigType<TimeSpan> Duration { get; } = new ScalarType<TimeSpan>(
        ConfigKind.Duration, "a duration such as 30s, 1m30s or a number of seconds", GoDuration.TryParse,
        GoDuration.Format, static (writer, value) => writer.WriteStringValue(GoDuration.Format(value)), static value => value == TimeSpan.Zero);

    /// <summary>As <see cref="Bool"/>, presence remembered.</summary>
    public static ConfigType<bool?> OptionalBool { get; } = Optional(Bool);

    /// <summary>As <see cref="Int"/>, presence remembered.</summary>
    public static ConfigType<int?> OptionalInt { get; } = Optional(Int);

    /// <summary>As <see cref="Long"/>, presence remembered.</summary>
    public static ConfigType<long?> OptionalLong { get; } = Optional(Long);

    /// <summary>As <see cref="Duration"/>, presence remembered.</summary>
    public static ConfigType<TimeSpan?> OptionalDuration { get; } = Optional(Duration);

    /// <summary>A list of texts: one value with commas (parts are trimmed, empty ones stay, an empty value sets nothing), or a real list.</summary>
    public static ConfigType<ConfigList<string>> CommaList { get; } = new CommaListType();

    /// <summary>A free tree.</summary>
    public static ConfigType<ConfigTree> Tree { get; } = new TreeType();

    /// <summary>A scalar whose presence is remembered.</summary>
    public static ConfigType<T?> Optional<T>(ConfigType<T> inner)
        where T : struct => new OptionalType<T>(inner);

    /// <summary>A map with free names.</summary>
    public static ConfigType<ConfigMap<TValue>> MapOf<TValue>(ConfigType<TValue> value) => new MapType<TValue>(value, elements: false);

    /// <summary>A map of elements (routers, services, …): an error inside one costs that one only.</summary>
    public static ConfigType<ConfigMap<TValue>> ElementsOf<TValue>(ConfigType<TValue> value) => new MapType<TValue>(value, elements: true);

    /// <summary>A list of objects.</summary>
    public static ConfigType<ConfigList<T>> ListOf<T>(ConfigType<T> element) => new ObjectListType<T>(element);

    /// <summary>A list of elements (certificates): an error inside one costs that one only.</summary>
    public static ConfigType<ConfigList<T>> ElementListOf<T>(ConfigType<T> element) => new ObjectListType<T>(element, elements: true);

    /// <summary>A list of objects that tags give as one object (<c>server</c> for <c>servers</c>).</summary>
    public static ConfigType<ConfigList<T>> SingleItemListOf<T>(ConfigType<T> element) => new SingleItemListType<T>(element);

    // Source: Go strconv.ParseBool.
    private static bool TryBool(string text, out bool value)
    {
        value = text is "1" or "t" or "T" or "TRUE" or "true" or "True";
        return value || text is "0" or "f" or "F" or "FALSE" or "false" or "False";
    }
}
