using System.Globalization;
using System.Text;

namespace EdgeGateway.Configuration.Tests.Files;

/// <summary>Random documents that TOML and YAML can both hold, written in the many ways that each has.</summary>
internal static class RandomTree
{
    private const string Characters = "abz019_-.:#[]{},\"'\\\t é😀=&*!|>%@`~ \n/";

    /// <summary>A table of up to four levels.</summary>
    public static Dictionary<string, object> Make(Random random, int depth = 0)
    {
        var table = new Dictionary<string, object>(StringComparer.OrdinalIgnoreCase);
        for (var i = random.Next(depth == 0 ? 1 : 0, 6); i > 0; i--)
        {
            table.TryAdd(random.Next(3) == 0 ? Text(random) : $"k{random.Next(100)}", Value(random, depth + 1));
        }

        return table;
    }

    /// <summary>As the tests of both readers show what they read.</summary>
    public static string Show(object value) => value switch
    {
        Dictionary<string, object> table => "{" + string.Join(",", table.Select(static e => $"{e.Key}:{Show(e.Value)}")) + "}",
        List<object> list => "[" + string.Join(",", list.Select(Show)) + "]",
        string text => $"'{text}'",
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new InvalidOperationException(),
    };

    public static string ToYaml(Dictionary<string, object> tree)
    {
        var text = new StringBuilder();
        Yaml(text, tree, 0);
        return text.ToString();
    }

    public static string ToToml(Dictionary<string, object> tree)
    {
        var text = new StringBuilder();
        Toml(text, tree, "");
        return text.ToString();
    }

    private static string Text(Random random) =>
        new string([.. Enumerable.Range(0, random.Next(8)).Select(_ => Characters[random.Next(Characters.Length)])])
            is var text && text.All(static c => !char.IsSurrogate(c)) ? text : "😀";

    private static object Value(Random random, int depth) => random.Next(depth < 4 ? 7 : 4) switch
    {
        0 => random.NextInt64(long.MinValue, long.MaxValue),
        1 => random.Next(2) == 0,
        2 or 3 => Text(random),
        4 => Enumerable.Range(0, random.Next(4)).Select(_ => Value(random, depth + 1)).ToList(),
        _ => Make(random, depth),
    };

    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            quoted.Append(c switch { '"' => "\\\"", '\\' => "\\\\", '\n' => "\\n", '\t' => "\\t", _ => c.ToString() });
        }

        return quoted.Append('"').ToString();
    }

    private static void Yaml(StringBuilder text, Dictionary<string, object> table, int indent)
    {
        foreach (var (key, value) in table)
        {
            text.Append(' ', indent).Append(Quote(key)).Append(':');
            if (value is Dictionary<string, object> { Count: > 0 } below)
            {
                text.Append('\n');
                Yaml(text, below, indent + 2);
            }
            else if (value is List<object> { Count: > 0 } items && indent % 4 == 0)
            {
                text.Append('\n');
                foreach (var item in items)
                {
                    text.Append(' ', indent).Append("- ").Append(Flow(item, ": ")).Append('\n');
                }
            }
            else
            {
                text.Append(' ').Append(Flow(value, ": ")).Append('\n');
            }
        }
    }

    private static void Toml(StringBuilder text, Dictionary<string, object> table, string path)
    {
        foreach (var (key, value) in table)
        {
            // Every second table is a section; sections come last, or they would take the keys behind them.
            if (!IsSection(value))
            {
                text.Append(Quote(key)).Append(" = ").Append(Flow(value, " = ")).Append('\n');
            }
        }

        foreach (var (key, value) in table)
        {
            if (IsSection(value))
            {
                var below = path.Length == 0 ? Quote(key) : $"{path} . {Quote(key)}";
                text.Append('[').Append(below).Append("]\n");
                Toml(text, (Dictionary<string, object>)value, below);
            }
        }
    }

    private static bool IsSection(object value) => value is Dictionary<string, object> { Count: not 2 };

    private static string Flow(object value, string separator) => value switch
    {
        Dictionary<string, object> table => "{ " + string.Join(", ", table.Select(e => Quote(e.Key) + separator + Flow(e.Value, separator))) + " }",
        List<object> list => "[" + string.Join(", ", list.Select(item => Flow(item, separator))) + "]",
        string text => Quote(text),
        _ => Show(value),
    };
}
