using System.Collections;
using System.Globalization;
using System.Text;

namespace EdgeGateway.Configuration.Templates;

/// <summary>Values of templates: text, long, double, bool, nothing, lists and maps with text keys.</summary>
internal static class TemplateValues
{
    /// <summary>Deepest nesting of lists and maps that is written out: deeper ones come from loops gone wrong and would end the stack.</summary>
    internal const int MaxDepth = 100;

    /// <summary>Longest text of one value.</summary>
    internal const int MaxText = 1 << 20;

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
    /// <exception cref="TemplateException">Lists and maps in each other, too deep or too many: a few steps of a loop can double them each time.</exception>
    internal static string Print(object? value)
    {
        if (value is string known)
        {
            return known;
        }

        var text = new StringBuilder();
        Print(text, value, 0);
        return text.ToString();
    }

    private static void Print(StringBuilder text, object? value, int depth)
    {
        if (depth > MaxDepth || text.Length > MaxText)
        {
            throw new TemplateException("the value is too large");
        }

        switch (value)
        {
            case null:
            case NoValueType:
                text.Append("<no value>");
                break;
            case string content:
                text.Append(content);
                break;
            case bool flag:
                text.Append(flag ? "true" : "false");
                break;
            case long number:
                text.Append(CultureInfo.InvariantCulture, $"{number}");
                break;
            case double number:
                text.Append(GoFormat.Float(number));
                break;
            case IReadOnlyList<object?> list:
                Join(text.Append('['), list, (item) => Print(text, item, depth + 1)).Append(']');
                break;
            default:
                if (!TryMap(value, out var entries))
                {
                    text.Append(value);
                    break;
                }

                Join(text.Append("map["), entries, entry => Print(text.Append(entry.Key).Append(':'), entry.Value, depth + 1)).Append(']');
                break;
        }
    }

    private static StringBuilder Join<T>(StringBuilder text, IEnumerable<T> items, Action<T> write)
    {
        var first = true;
        foreach (var item in items)
        {
            if (!first)
            {
                text.Append(' ');
            }

            first = false;
            write(item);
        }

        return text;
    }

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

    private sealed class NoValueType;
}
