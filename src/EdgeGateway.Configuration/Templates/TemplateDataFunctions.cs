using System.Globalization;
using System.Text;
using System.Text.Json;

namespace EdgeGateway.Configuration.Templates;

/// <summary>Sprig's functions for maps, sequences, JSON, paths and fractions; what dynamic files use beyond <see cref="TemplateFunctions"/>.</summary>
internal static class TemplateDataFunctions
{
    private const int MaxItems = 100_000;

    // Sprig has these under a second name, which reports faults as errors; here all do.
    private static readonly string[] Must =
    [
        "first", "rest", "last", "initial", "reverse", "uniq", "without", "has", "compact", "append", "push", "prepend", "chunk", "toJson",
        "toPrettyJson", "toRawJson", "fromJson", "merge", "mergeOverwrite", "deepCopy",
    ];

    internal static void AddTo(Dictionary<string, TemplateFunction> all)
    {
        Sequences(all);
        Maps(all);
        all["toJson"] = all["toRawJson"] = new(1, 1, static a => Json(a[0], indented: false));
        all["toPrettyJson"] = new(1, 1, static a => Json(a[0], indented: true));
        all["fromJson"] = new(1, 1, static a => FromJson(Text(a[0])));
        all["expandenv"] = new(1, 1, static a => Files.ConfigurationFile.Expand(Text(a[0]), Environment.GetEnvironmentVariable));
        all["base"] = new(1, 1, static a => Base(Text(a[0])));
        all["dir"] = new(1, 1, static a => Directory(Text(a[0])));
        all["ext"] = new(1, 1, static a => Base(Text(a[0])) is var name && name.LastIndexOf('.') is >= 0 and var dot ? name[dot..] : "");
        all["isAbs"] = new(1, 1, static a => Text(a[0]).StartsWith('/'));
        all["swapcase"] = new(1, 1, static a => string.Concat(Text(a[0]).Select(static c => char.IsUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c))));
        all["plural"] = new(3, 3, static a => a[2] is long and 1 ? a[0] : a[1]);
        all["typeIs"] = all["kindIs"] = new(2, 2, static a => TemplateValues.TypeName(a[1]) == Text(a[0]));
        all["floor"] = new(1, 1, static a => Math.Floor(Fraction(a[0])));
        all["ceil"] = new(1, 1, static a => Math.Ceiling(Fraction(a[0])));
        all["round"] = new(2, 3, static a => Math.Round(Fraction(a[0]), (int)Math.Clamp(Integer(a[1]), 0, 15), MidpointRounding.AwayFromZero));
        all["addf"] = new(1, -1, static a => a.Sum(Fraction));
        all["subf"] = new(2, 2, static a => Fraction(a[0]) - Fraction(a[1]));
        all["mulf"] = new(1, -1, static a => a.Aggregate(1d, static (product, v) => product * Fraction(v)));
        all["divf"] = new(2, 2, static a => Fraction(a[1]) == 0 ? throw new TemplateException("division by zero") : Fraction(a[0]) / Fraction(a[1]));
        foreach (var name in Must)
        {
            all[$"must{char.ToUpperInvariant(name[0])}{name[1..]}"] = all[name];
        }
    }

    private static void Sequences(Dictionary<string, TemplateFunction> all)
    {
        all["until"] = new(1, 1, static a => Steps(0, Integer(a[0]), Integer(a[0]) < 0 ? -1 : 1));
        all["untilStep"] = new(3, 3, static a => Steps(Integer(a[0]), Integer(a[1]), Integer(a[2])));
        all["seq"] = new(0, 3, static a => string.Join(' ', Sequence([.. a.Select(Integer)]).Select(TemplateValues.Print)));
        all["push"] = all["append"];
        all["chunk"] = new(2, 2, static a => Items(a[1]).Chunk((int)Math.Clamp(Integer(a[0]), 1, MaxItems)).Select(static chunk => (object?)chunk.ToList()).ToList());
    }

    private static void Maps(Dictionary<string, TemplateFunction> all)
    {
        // As in sprig these two change the map itself. A copy of the value is stored, so that no map can come to hold itself.
        all["set"] = new(3, 3, static a =>
        {
            Map(a[0])[Text(a[1])] = Copy(a[2]);
            return a[0];
        });
        all["unset"] = new(2, 2, static a =>
        {
            Map(a[0]).Remove(Text(a[1]));
            return a[0];
        });
        all["pluck"] = new(1, -1, static a => a.Skip(1).Select(Map).Where(map => map.ContainsKey(Text(a[0]))).Select(map => map[Text(a[0])]).ToList());
        all["pick"] = new(1, -1, static a => Map(a[0]).Where(entry => a.Skip(1).Contains(entry.Key)).ToDictionary(StringComparer.Ordinal));
        all["omit"] = new(1, -1, static a => Map(a[0]).Where(entry => !a.Skip(1).Contains(entry.Key)).ToDictionary(StringComparer.Ordinal));
        all["merge"] = new(1, -1, static a => Merge(a, overwrite: false));
        all["mergeOverwrite"] = new(1, -1, static a => Merge(a, overwrite: true));
        all["deepCopy"] = new(1, 1, static a => Copy(a[0]));
        all["dig"] = new(3, -1, static a =>
        {
            object? value = a[^1];
            foreach (var key in a.Take(a.Count - 2))
            {
                if (!Map(value).TryGetValue(Text(key), out value))
                {
                    return a[^2];
                }
            }

            return value;
        });
    }

    private static Dictionary<string, object?> Merge(IReadOnlyList<object?> maps, bool overwrite)
    {
        var target = Map(maps[0]);
        foreach (var (key, value) in maps.Skip(1).SelectMany(Map).ToList())
        {
            if (overwrite || !target.TryGetValue(key, out var known) || !TemplateValues.IsTrue(known))
            {
                target[key] = Copy(value);
            }
        }

        return target;
    }

    private static object? Copy(object? value)
    {
        var left = MaxItems;
        return Part(value, 0);

        object? Part(object? part, int depth)
        {
            if (--left < 0 || depth > TemplateValues.MaxDepth)
            {
                throw new TemplateException("the value is too large");
            }

            return part switch
            {
                Dictionary<string, object?> map => map.ToDictionary(static entry => entry.Key, entry => Part(entry.Value, depth + 1), StringComparer.Ordinal),
                IReadOnlyList<object?> list => list.Select(item => Part(item, depth + 1)).ToList(),
                _ => part,
            };
        }
    }

    private static List<object?> Steps(long from, long to, long step)
    {
        var steps = new List<object?>();
        if (step != 0 && (to - from) / step >= MaxItems)
        {
            throw new TemplateException("the sequence is too long");
        }

        for (var at = from; step > 0 ? at < to : step < 0 && at > to; at += step)
        {
            steps.Add(at);
        }

        return steps;
    }

    // As the shell's seq: last; first last; first step last.
    private static List<object?> Sequence(long[] bounds)
    {
        var (first, step, last) = bounds switch
        {
            [var end] => (1L, end < 1 ? -1L : 1L, end),
            [var begin, var end] => (begin, end < begin ? -1L : 1L, end),
            [var begin, var by, var end] => (begin, by, end),
            _ => (1L, 1L, 0L),
        };
        return Steps(first, step > 0 ? Math.Min(last, long.MaxValue - 1) + 1 : Math.Max(last, long.MinValue + 1) - 1, step);
    }

    private static string Json(object? value, bool indented)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new() { Indented = indented, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Write(writer, value, 0);
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void Write(Utf8JsonWriter writer, object? value, int depth)
    {
        if (depth > TemplateValues.MaxDepth || writer.BytesCommitted + writer.BytesPending > TemplateValues.MaxText)
        {
            throw new TemplateException("the value is too large");
        }

        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case long number:
                writer.WriteNumberValue(number);
                break;
            case double number when double.IsFinite(number):
                writer.WriteNumberValue(number);
                break;
            case IReadOnlyList<object?> list:
                writer.WriteStartArray();
                foreach (var item in list)
                {
                    Write(writer, item, depth + 1);
                }

                writer.WriteEndArray();
                break;
            default:
                if (!TemplateValues.TryMap(value, out var entries))
                {
                    throw new TemplateException($"no JSON for {TemplateValues.TypeName(value)}");
                }

                writer.WriteStartObject();
                foreach (var (key, entry) in entries)
                {
                    writer.WritePropertyName(key);
                    Write(writer, entry, depth + 1);
                }

                writer.WriteEndObject();
                break;
        }
    }

    private static object? FromJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return Value(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new TemplateException($"no JSON: {e.Message}");
        }
    }

    // Go reads every number of JSON as a float64.
    private static object? Value(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Array => element.EnumerateArray().Select(Value).ToList(),
        JsonValueKind.Object => Entries(element),
        _ => null,
    };

    private static Dictionary<string, object?> Entries(JsonElement element)
    {
        var map = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            map[property.Name] = Value(property.Value);
        }

        return map;
    }

    // Source: Go's path.Base and path.Dir, without Clean.
    private static string Base(string path)
    {
        var trimmed = path.TrimEnd('/');
        return trimmed.Length > 0 ? trimmed[(trimmed.LastIndexOf('/') + 1)..] : path.Length > 0 ? "/" : ".";
    }

    private static string Directory(string path) => path.LastIndexOf('/') switch
    {
        < 0 => ".",
        var slash => path[..slash].TrimEnd('/') is { Length: > 0 } folder ? folder : "/",
    };

    private static double Fraction(object? value) => value switch
    {
        double number => number,
        long number => number,
        string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ => 0,
    };

    private static string Text(object? value) =>
        value as string ?? throw new TemplateException($"wrong type for value; expected string; got {TemplateValues.TypeName(value)}");

    private static long Integer(object? value) => value switch
    {
        long number => number,
        string text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        double number when Math.Abs(number) < 1e15 => (long)number,
        _ => throw new TemplateException($"wrong type for value; expected int; got {TemplateValues.TypeName(value)}"),
    };

    private static IReadOnlyList<object?> Items(object? value) =>
        value as IReadOnlyList<object?> ?? throw new TemplateException($"expected a list; got {TemplateValues.TypeName(value)}");

    private static Dictionary<string, object?> Map(object? value) =>
        value as Dictionary<string, object?> ?? throw new TemplateException($"expected a map; got {TemplateValues.TypeName(value)}");
}
