using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Templates;

/// <summary>
/// Go's built-in functions and the text functions of sprig 3.2.3 (its argument order: the value comes last, for pipes).
/// Not there: what differs at each call (<c>now</c>, <c>uuidv4</c>, <c>rand…</c>) would make a new rule at each change,
/// and cryptography has no place in a rule. The regular expression functions come from the caller, which has the engine.
/// </summary>
/// <remarks>Over 400 lines would be its size with one method per function; a table of one line each reads better.</remarks>
internal static class TemplateFunctions
{
    private const int MaxText = 1 << 20;

    internal static readonly IReadOnlyDictionary<string, TemplateFunction> All = Build();

    private static Dictionary<string, TemplateFunction> Build()
    {
        var all = new Dictionary<string, TemplateFunction>(StringComparer.Ordinal);
        BuiltIns(all);
        Texts(all);
        Lists(all);
        Numbers(all);
        TemplateDataFunctions.AddTo(all);
        return all;
    }

    private static void BuiltIns(Dictionary<string, TemplateFunction> all)
    {
        all["and"] = new(1, -1, static a => a[^1]);
        all["or"] = new(1, -1, static a => a[^1]);
        all["not"] = new(1, 1, static a => !TemplateValues.IsTrue(a[0]));
        all["eq"] = new(2, -1, static a => a.Skip(1).Any(other => Compare(a[0], other, equality: true) == 0));
        all["ne"] = new(2, 2, static a => Compare(a[0], a[1], equality: true) != 0);
        all["lt"] = new(2, 2, static a => Compare(a[0], a[1], equality: false) < 0);
        all["le"] = new(2, 2, static a => Compare(a[0], a[1], equality: false) <= 0);
        all["gt"] = new(2, 2, static a => Compare(a[0], a[1], equality: false) > 0);
        all["ge"] = new(2, 2, static a => Compare(a[0], a[1], equality: false) >= 0);
        all["len"] = new(1, 1, static a => a[0] switch
        {
            string text => Encoding.UTF8.GetByteCount(text),
            IReadOnlyList<object?> list => (long)list.Count,
            _ => TemplateValues.TryMap(a[0], out var entries) ? (long)entries.Count() : throw new TemplateException($"len of type {TemplateValues.TypeName(a[0])}"),
        });
        all["index"] = new(1, -1, static a => a.Skip(1).Aggregate(a[0], Index));
        all["slice"] = new(1, 3, static a => a[0] is string text ? SliceText(text, a) : SliceList(Items(a[0]), a));
        all["print"] = new(0, -1, static a => Sprint(a, "", false));
        all["println"] = new(0, -1, static a => Sprint(a, " ", true) + "\n");
        all["printf"] = new(1, -1, static a => GoFormat.Printf(Text(a[0]), [.. a.Skip(1)]));
        all["html"] = new(0, -1, static a => WebUtility.HtmlEncode(Sprint(a, "", false)));
        all["urlquery"] = new(0, -1, static a => Uri.EscapeDataString(Sprint(a, "", false)).Replace("%20", "+", StringComparison.Ordinal));
        all["normalize"] = new(1, 1, static a => NameNormalizer.Normalize(Text(a[0])));
    }

    private static void Texts(Dictionary<string, TemplateFunction> all)
    {
        all["lower"] = new(1, 1, static a => Text(a[0]).ToLowerInvariant());
        all["upper"] = new(1, 1, static a => Text(a[0]).ToUpperInvariant());
        all["title"] = new(1, 1, static a => Title(Text(a[0]), static c => char.ToUpperInvariant(c)));
        all["untitle"] = new(1, 1, static a => Title(Text(a[0]), static c => char.ToLowerInvariant(c)));
        all["trim"] = new(1, 1, static a => Text(a[0]).Trim());
        all["trimAll"] = all["trimall"] = new(2, 2, static a => Text(a[1]).Trim(Text(a[0]).ToCharArray()));
        all["trimPrefix"] = new(2, 2, static a => Text(a[1]).StartsWith(Text(a[0]), StringComparison.Ordinal) ? Text(a[1])[Text(a[0]).Length..] : a[1]);
        all["trimSuffix"] = new(2, 2, static a => Text(a[1]).EndsWith(Text(a[0]), StringComparison.Ordinal) ? Text(a[1])[..^Text(a[0]).Length] : a[1]);
        all["replace"] = new(3, 3, static a => Limit(Replace(Text(a[2]), Text(a[0]), Text(a[1]))));
        all["contains"] = new(2, 2, static a => Text(a[1]).Contains(Text(a[0]), StringComparison.Ordinal));
        all["hasPrefix"] = new(2, 2, static a => Text(a[1]).StartsWith(Text(a[0]), StringComparison.Ordinal));
        all["hasSuffix"] = new(2, 2, static a => Text(a[1]).EndsWith(Text(a[0]), StringComparison.Ordinal));
        all["substr"] = new(3, 3, static a => Substring(Text(a[2]), Integer(a[0]), Integer(a[1])));
        all["trunc"] = new(2, 2, static a => Truncate(Text(a[1]), Integer(a[0])));
        all["abbrev"] = new(2, 2, static a => Integer(a[0]) < 4 || Text(a[1]).Length <= Integer(a[0]) ? a[1] : Text(a[1])[..(int)(Integer(a[0]) - 3)] + "...");
        all["nospace"] = new(1, 1, static a => string.Concat(Text(a[0]).Where(static c => !char.IsWhiteSpace(c))));
        all["initials"] = new(1, 1, static a => string.Concat(Text(a[0]).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static word => word[0])));
        all["repeat"] = new(2, 2, static a => Repeat(Text(a[1]), Integer(a[0])));
        all["cat"] = new(0, -1, static a => string.Join(' ', a.Where(static v => v is not null).Select(TemplateValues.Print)));
        all["quote"] = new(0, -1, static a => string.Join(' ', a.Where(static v => v is not null).Select(static v => GoFormat.Quote(TemplateValues.Print(v)))));
        all["squote"] = new(0, -1, static a => string.Join(' ', a.Where(static v => v is not null).Select(static v => $"'{TemplateValues.Print(v)}'")));
        all["indent"] = new(2, 2, static a => Limit(Indent(Text(a[1]), Integer(a[0]))));
        all["nindent"] = new(2, 2, static a => Limit("\n" + Indent(Text(a[1]), Integer(a[0]))));
        all["snakecase"] = new(1, 1, static a => Words(Text(a[0]), '_'));
        all["kebabcase"] = new(1, 1, static a => Words(Text(a[0]), '-'));
        all["camelcase"] = new(1, 1, static a => Camel(Text(a[0])));
        all["toString"] = new(1, 1, static a => TemplateValues.Print(a[0]));
        all["b64enc"] = new(1, 1, static a => Convert.ToBase64String(Encoding.UTF8.GetBytes(Text(a[0]))));
        all["b64dec"] = new(1, 1, static a => FromBase64(Text(a[0])));
        all["sha1sum"] = new(1, 1, static a => Sha1(a));
        all["sha256sum"] = new(1, 1, static a => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text(a[0])))));
        all["sha512sum"] = new(1, 1, static a => Convert.ToHexStringLower(SHA512.HashData(Encoding.UTF8.GetBytes(Text(a[0])))));
        all["adler32sum"] = new(1, 1, static a => Adler32(Encoding.UTF8.GetBytes(Text(a[0]))));
        all["env"] = new(1, 1, static a => Environment.GetEnvironmentVariable(Text(a[0])) ?? "");
        all["fail"] = new(1, 1, static a => throw new TemplateException(Text(a[0])));
        all["typeOf"] = all["kindOf"] = new(1, 1, static a => TemplateValues.TypeName(a[0]));
    }

    private static void Lists(Dictionary<string, TemplateFunction> all)
    {
        all["default"] = new(1, 2, static a => a.Count > 1 && TemplateValues.IsTrue(a[1]) ? a[1] : a[0]);
        all["empty"] = new(1, 1, static a => !TemplateValues.IsTrue(a[0]));
        all["coalesce"] = new(0, -1, static a => a.FirstOrDefault(TemplateValues.IsTrue));
        all["ternary"] = new(3, 3, static a => a[2] is bool flag ? a[flag ? 0 : 1] : throw new TemplateException("the last argument is not a bool"));
        all["all"] = new(0, -1, static a => a.All(TemplateValues.IsTrue));
        all["any"] = new(0, -1, static a => a.Any(TemplateValues.IsTrue));
        all["list"] = all["tuple"] = new(0, -1, static a => new List<object?>(a));
        all["splitList"] = new(2, 2, static a => Split(Text(a[1]), Text(a[0]), int.MaxValue));
        all["split"] = new(2, 2, static a => Numbered(Split(Text(a[1]), Text(a[0]), int.MaxValue)));
        all["splitn"] = new(3, 3, static a => Numbered(Split(Text(a[2]), Text(a[0]), (int)Math.Clamp(Integer(a[1]), 1, int.MaxValue))));
        all["join"] = new(2, 2, static a => Limit(string.Join(Text(a[0]), a[1] is IReadOnlyList<object?> list ? list.Select(TemplateValues.Print) : [TemplateValues.Print(a[1])])));
        all["first"] = new(1, 1, static a => Items(a[0]) is { Count: > 0 } list ? list[0] : null);
        all["last"] = new(1, 1, static a => Items(a[0]) is { Count: > 0 } list ? list[^1] : null);
        all["rest"] = new(1, 1, static a => Items(a[0]).Skip(1).ToList());
        all["initial"] = new(1, 1, static a => Items(a[0]).SkipLast(1).ToList());
        all["reverse"] = new(1, 1, static a => Items(a[0]).Reverse().ToList());
        all["uniq"] = new(1, 1, static a => Items(a[0]).Distinct().ToList());
        all["compact"] = new(1, 1, static a => Items(a[0]).Where(TemplateValues.IsTrue).ToList());
        all["append"] = new(2, 2, static a => new List<object?>(Items(a[0])) { a[1] });
        all["prepend"] = new(2, 2, static a => new List<object?>([a[1], .. Items(a[0])]));
        all["concat"] = new(0, -1, static a => a.SelectMany(Items).ToList());
        all["without"] = new(1, -1, static a => Items(a[0]).Where(item => !a.Skip(1).Contains(item)).ToList());
        all["has"] = new(2, 2, static a => Items(a[1]).Contains(a[0]));
        all["sortAlpha"] = new(1, 1, static a => Items(a[0]).Select(TemplateValues.Print).Order(StringComparer.Ordinal).ToList<object?>());
        all["toStrings"] = new(1, 1, static a => Items(a[0]).Select(TemplateValues.Print).ToList<object?>());
        all["dict"] = new(0, -1, static a => Dictionary(a));
        all["get"] = new(2, 2, static a => Entries(a[0]).FirstOrDefault(entry => entry.Key == Text(a[1])).Value ?? "");
        all["hasKey"] = new(2, 2, static a => Entries(a[0]).Any(entry => entry.Key == Text(a[1])));
        all["keys"] = new(1, -1, static a => a.SelectMany(Entries).Select(static entry => (object?)entry.Key).ToList());
        all["values"] = new(1, 1, static a => Entries(a[0]).Select(static entry => entry.Value).ToList());
    }

    private static void Numbers(Dictionary<string, TemplateFunction> all)
    {
        all["int"] = all["int64"] = all["atoi"] = new(1, 1, static a => ToInteger(a[0]));
        all["float64"] = new(1, 1, static a => a[0] switch
        {
            double number => number,
            long number => (double)number,
            string text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed) && double.IsFinite(parsed) ? parsed : 0d,
            _ => 0d,
        });
        all["add"] = new(0, -1, static a => a.Aggregate(0L, static (sum, v) => unchecked(sum + ToInteger(v))));
        all["add1"] = new(1, 1, static a => unchecked(ToInteger(a[0]) + 1));
        all["sub"] = new(2, 2, static a => unchecked(ToInteger(a[0]) - ToInteger(a[1])));
        all["mul"] = new(1, -1, static a => a.Aggregate(1L, static (product, v) => unchecked(product * ToInteger(v))));
        all["div"] = new(2, 2, static a => Divide(ToInteger(a[0]), ToInteger(a[1]), static (x, y) => x / y));
        all["mod"] = new(2, 2, static a => Divide(ToInteger(a[0]), ToInteger(a[1]), static (x, y) => x % y));
        all["min"] = new(1, -1, static a => a.Min(ToInteger));
        all["max"] = all["biggest"] = new(1, -1, static a => a.Max(ToInteger));
    }

    /// <summary>Go's <c>strings.Split</c>.</summary>
    internal static List<object?> SplitText(string text, string separator) => Split(text, separator, int.MaxValue);

    private static string Text(object? value) =>
        value as string ?? throw new TemplateException($"wrong type for value; expected string; got {TemplateValues.TypeName(value)}");

    private static long Integer(object? value) =>
        value is long number ? number : throw new TemplateException($"wrong type for value; expected int; got {TemplateValues.TypeName(value)}");

    private static IReadOnlyList<object?> Items(object? value) =>
        value as IReadOnlyList<object?> ?? throw new TemplateException($"expected a list; got {TemplateValues.TypeName(value)}");

    private static IEnumerable<KeyValuePair<string, object?>> Entries(object? value) =>
        TemplateValues.TryMap(value, out var entries) ? entries : throw new TemplateException($"expected a map; got {TemplateValues.TypeName(value)}");

    private static string Limit(string text) => text.Length <= MaxText ? text : throw new TemplateException("the result is too long");

    private static int Compare(object? left, object? right, bool equality) => (left, right) switch
    {
        (string x, string y) => string.CompareOrdinal(x, y),
        (long x, long y) => x.CompareTo(y),
        (double x, double y) => x.CompareTo(y),
        (bool x, bool y) when equality => x.CompareTo(y),
        (null, null) when equality => 0,
        (null, _) or (_, null) when equality => 1,
        _ => throw new TemplateException("incompatible types for comparison"),
    };

    private static object? Index(object? value, object? key)
    {
        switch (value)
        {
            case string text when key is long at:
                var bytes = Encoding.UTF8.GetBytes(text);
                return at >= 0 && at < bytes.Length ? (long)bytes[at] : throw new TemplateException($"index out of range: {at}");
            case IReadOnlyList<object?> list:
                return Integer(key) is >= 0 and var i && i < list.Count ? list[(int)i] : throw new TemplateException($"index out of range: {TemplateValues.Print(key)}");
            case IReadOnlyDictionary<string, string> texts:
                return texts.GetValueOrDefault(Text(key), "");
            case IReadOnlyDictionary<string, object?> map:
                return map.TryGetValue(Text(key), out var entry) ? entry : TemplateValues.NoValue;
            default:
                throw new TemplateException($"can't index item of type {TemplateValues.TypeName(value)}");
        }
    }

    private static string SliceText(string text, IReadOnlyList<object?> a)
    {
        var (from, to) = Bounds(text.Length, a);
        return text[from..to];
    }

    private static List<object?> SliceList(IReadOnlyList<object?> list, IReadOnlyList<object?> a)
    {
        var (from, to) = Bounds(list.Count, a);
        return [.. list.Skip(from).Take(to - from)];
    }

    private static (int From, int To) Bounds(int length, IReadOnlyList<object?> a)
    {
        var from = a.Count > 1 ? Integer(a[1]) : 0;
        var to = a.Count > 2 ? Integer(a[2]) : length;
        return from < 0 || to > length || from > to ? throw new TemplateException($"index out of range: {from}:{to}") : ((int)from, (int)to);
    }

    // Go's Sprint puts a blank between two operands that are both no strings; Sprintln between all.
    private static string Sprint(IReadOnlyList<object?> a, string separator, bool always)
    {
        var result = new StringBuilder();
        for (var i = 0; i < a.Count; i++)
        {
            if (i > 0 && (always || (a[i] is not string && a[i - 1] is not string)))
            {
                result.Append(always ? separator : " ");
            }

            result.Append(a[i] is null ? "<nil>" : TemplateValues.Print(a[i]));
        }

        return result.ToString();
    }

    private static string Title(string text, Func<char, char> convert)
    {
        var result = text.ToCharArray();
        for (var i = 0; i < result.Length; i++)
        {
            if (i == 0 || !(char.IsLetterOrDigit(result[i - 1]) || result[i - 1] is '_' or '\''))
            {
                result[i] = convert(result[i]);
            }
        }

        return new(result);
    }

    private static string Replace(string text, string old, string with)
    {
        // Go puts the new text between all runes for an empty old one; no rule needs that.
        return old.Length == 0 ? throw new TemplateException("replace needs a text to look for") : text.Replace(old, with, StringComparison.Ordinal);
    }

    private static string Substring(string text, long from, long to)
    {
        var end = to < 0 || to > text.Length ? text.Length : (int)to;
        var start = from < 0 ? 0 : (int)Math.Min(from, end);
        return text[start..end];
    }

    private static string Truncate(string text, long length) => length >= 0
        ? text.Length > length ? text[..(int)length] : text
        : length > -text.Length ? text[(int)(text.Length + length)..] : text;

    private static string Repeat(string text, long count)
    {
        if (count < 0 || count * Math.Max(1, text.Length) > MaxText || count > MaxText)
        {
            throw new TemplateException("bad repeat count");
        }

        return new StringBuilder().Insert(0, text, (int)count).ToString();
    }

    private static string Indent(string text, long spaces)
    {
        var pad = Repeat(" ", spaces);
        return pad + text.Replace("\n", "\n" + pad, StringComparison.Ordinal);
    }

    private static string Words(string text, char separator)
    {
        var result = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            var current = text[i];
            if (current is ' ' or '_' or '-' or '.')
            {
                result.Append(separator);
                continue;
            }

            var starts = char.IsUpper(current) && i > 0
                && (char.IsLower(text[i - 1]) || char.IsDigit(text[i - 1]) || (char.IsUpper(text[i - 1]) && i + 1 < text.Length && char.IsLower(text[i + 1])));
            if (starts)
            {
                result.Append(separator);
            }

            result.Append(char.ToLowerInvariant(current));
        }

        return result.ToString();
    }

    private static string Camel(string text)
    {
        var result = new StringBuilder();
        var upper = true;
        foreach (var current in text)
        {
            if (current is '_' or '-' or ' ')
            {
                upper = true;
                continue;
            }

            result.Append(upper ? char.ToUpperInvariant(current) : current);
            upper = false;
        }

        return result.ToString();
    }

    private static string FromBase64(string text)
    {
        var buffer = new byte[text.Length];
        return Convert.TryFromBase64String(text, buffer, out var written)
            ? Encoding.UTF8.GetString(buffer, 0, written)
            : throw new TemplateException("illegal base64 data");
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5350", Justification = "A template function that must give what sprig gives; nothing is secured by it.")]
    private static string Sha1(IReadOnlyList<object?> a) => Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(Text(a[0]))));

    // RFC 1950, printed in decimal as sprig does.
    private static string Adler32(byte[] bytes)
    {
        const uint Modulus = 65521;
        uint low = 1, high = 0;
        foreach (var value in bytes)
        {
            low = (low + value) % Modulus;
            high = (high + low) % Modulus;
        }

        return ((high << 16) | low).ToString(CultureInfo.InvariantCulture);
    }

    private static List<object?> Split(string text, string separator, int most) => separator.Length == 0
        ? [.. text.EnumerateRunes().Select(static rune => (object?)rune.ToString())]
        : [.. text.Split(separator, most)];

    private static Dictionary<string, object?> Numbered(List<object?> items) =>
        items.Select(static (item, i) => new KeyValuePair<string, object?>(string.Create(CultureInfo.InvariantCulture, $"_{i}"), item)).ToDictionary(StringComparer.Ordinal);

    private static Dictionary<string, object?> Dictionary(IReadOnlyList<object?> a)
    {
        var result = new Dictionary<string, object?>(StringComparer.Ordinal);
        for (var i = 0; i < a.Count; i += 2)
        {
            result[TemplateValues.Print(a[i])] = i + 1 < a.Count ? a[i + 1] : "";
        }

        return result;
    }

    private static long ToInteger(object? value) => value switch
    {
        long number => number,
        double number => number is >= long.MinValue and < long.MaxValue ? (long)number : 0,
        bool flag => flag ? 1 : 0,
        string text => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : 0,
        _ => 0,
    };

    private static long Divide(long left, long right, Func<long, long, long> operation) =>
        right == 0 ? throw new TemplateException("division by zero") : right == -1 && left == long.MinValue ? 0 : operation(left, right);
}
