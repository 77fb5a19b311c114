using System.Collections;
using System.Globalization;

namespace EdgeGateway.Configuration.Templates;

/// <summary>Values of templates: text, long, double, bool, nothing, lists and maps with text keys.</summary>
internal static class TemplateValues
{
    /// <summary>What a missing key of a map gives; it prints as Go's <c>&lt;no value&gt;</c>.</summary>
    internal static readonly object NoValue = new NoValueType();

    internal static bool IsTrue(object? value) => value switch
    {
        null => false,
        NoValueType => false,
        bool flag => flag,
        string text => text.Length > 0,
        long number => number != 0,
        double number => number != 0,
        ICollection collection => collection.Count > 0,
        IReadOnlyCollection<KeyValuePair<string, string>> map => map.Count > 0,
        _ => true,
    };

    /// <summary>As <c>{{ value }}</c> writes it.</summary>
    internal static string Print(object? value) => value switch
    {
        null => "<no value>",
        NoValueType => "<no value>",
        string text => text,
        bool flag => flag ? "true" : "false",
        long number => number.ToString(CultureInfo.InvariantCulture),
        double number => GoFormat.Float(number),
        IReadOnlyList<object?> list => $"[{string.Join(' ', list.Select(Print))}]",
        IEnumerable<KeyValuePair<string, string>> map => Map(map.Select(static entry => new KeyValuePair<string, object?>(entry.Key, entry.Value))),
        IEnumerable<KeyValuePair<string, object?>> map => Map(map),
        _ => value.ToString() ?? "",
    };

    internal static string TypeName(object? value) => value switch
    {
        null or NoValueType => "nil",
        string => "string",
        bool => "bool",
        long => "int",
        double => "float64",
        IReadOnlyList<object?> => "list",
        _ => "map",
    };

    /// <summary>The value of a key; null when the value is no map.</summary>
    internal static bool TryMap(object? value, out IEnumerable<KeyValuePair<string, object?>> entries)
    {
        switch (value)
        {
            case IReadOnlyDictionary<string, string> texts:
                entries = texts.OrderBy(static entry => entry.Key, StringComparer.Ordinal).Select(static entry => new KeyValuePair<string, object?>(entry.Key, entry.Value));
                return true;
            case IReadOnlyDictionary<string, object?> map:
                entries = map.OrderBy(static entry => entry.Key, StringComparer.Ordinal);
                return true;
            default:
                entries = [];
                return false;
        }
    }

    private static string Map(IEnumerable<KeyValuePair<string, object?>> entries) =>
        $"map[{string.Join(' ', entries.OrderBy(static entry => entry.Key, StringComparer.Ordinal).Select(static entry => $"{entry.Key}:{Print(entry.Value)}"))}]";

    private sealed class NoValueType;
}
