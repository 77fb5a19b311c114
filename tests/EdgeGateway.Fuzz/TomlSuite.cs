using System.Globalization;
using System.Text;
using System.Text.Json;
using EdgeGateway.Configuration.Files.Toml;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Fuzz;

/// <summary>
/// Runs the cases for TOML 1.0 of a checked-out toml-test suite (https://github.com/toml-lang/toml-test), which is not part of this
/// repository: invalid documents must be refused, valid ones must give the values and types of their JSON.
/// </summary>
internal static class TomlSuite
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    public static bool Run(string suite, TextWriter output)
    {
        var tests = Path.Join(suite, "tests");
        int valid = 0, validPassed = 0, invalid = 0, invalidPassed = 0;
        foreach (var name in File.ReadLines(Path.Join(tests, "files-toml-1.0.0")).Where(static n => n.EndsWith(".toml", StringComparison.Ordinal)))
        {
            var path = Path.Join(tests, name);
            string? fault = null;
            TomlTable? table = null;
            try
            {
                var text = StrictUtf8.GetString(File.ReadAllBytes(path));
                table = TomlReader.Read(text.StartsWith('\uFEFF') ? text.AsSpan(1) : text, name);
            }
            catch (Exception e) when (e is ConfigurationException or DecoderFallbackException)
            {
                fault = e.Message;
            }

            if (name.StartsWith("invalid/", StringComparison.Ordinal))
            {
                invalid++;
                invalidPassed += Count(fault is not null, output, $"{name}: accepted");
                continue;
            }

            valid++;
            using var expected = JsonDocument.Parse(File.ReadAllText(Path.ChangeExtension(path, ".json")));
            var difference = fault ?? Compare(table!, expected.RootElement, "");
            validPassed += Count(difference is null, output, $"{name}: {difference}");
        }

        output.WriteLine($"toml-test for TOML 1.0: valid {validPassed} of {valid}, invalid {invalidPassed} of {invalid}");
        return valid > 0 && validPassed == valid && invalidPassed == invalid;
    }

    private static int Count(bool passed, TextWriter output, string message)
    {
        if (!passed)
        {
            output.WriteLine(message);
        }

        return passed ? 1 : 0;
    }

    private static string? Compare(TomlValue value, JsonElement expected, string path)
    {
        switch (value)
        {
            case TomlTable table when expected.ValueKind == JsonValueKind.Object:
                var count = expected.EnumerateObject().Count();
                return table.Entries.Count != count
                    ? $"{path}: {table.Entries.Count} entries instead of {count}"
                    : table.Entries.Select(entry => expected.TryGetProperty(entry.Key, out var child)
                        ? Compare(entry.Value, child, $"{path}.{entry.Key}")
                        : $"{path}.{entry.Key} is too many").FirstOrDefault(static d => d is not null);
            case TomlArray array when expected.ValueKind == JsonValueKind.Array:
                return array.Items.Count != expected.GetArrayLength()
                    ? $"{path}: {array.Items.Count} items"
                    : array.Items.Select((item, i) => Compare(item, expected[i], $"{path}[{i}]")).FirstOrDefault(static d => d is not null);
            case TomlScalar scalar when expected.ValueKind == JsonValueKind.Object:
                var type = expected.GetProperty("type").GetString()!;
                var text = expected.GetProperty("value").GetString()!;
                return type == TypeOf(scalar.Kind) && Same(scalar.Kind, scalar.Text, text) ? null : $"{path}: {scalar.Kind} {scalar.Text} instead of {type} {text}";
            default:
                return $"{path}: {value.GetType().Name} instead of {expected.ValueKind}";
        }
    }

    private static string TypeOf(TomlScalarKind kind) => kind switch
    {
        TomlScalarKind.String => "string",
        TomlScalarKind.Integer => "integer",
        TomlScalarKind.Float => "float",
        TomlScalarKind.Boolean => "bool",
        TomlScalarKind.OffsetDateTime => "datetime",
        TomlScalarKind.LocalDateTime => "datetime-local",
        TomlScalarKind.LocalDate => "date-local",
        _ => "time-local",
    };

    private static bool Same(TomlScalarKind kind, string actual, string expected) => kind switch
    {
        TomlScalarKind.Float => Number(actual).Equals(Number(expected)),
        TomlScalarKind.OffsetDateTime or TomlScalarKind.LocalDateTime or TomlScalarKind.LocalDate or TomlScalarKind.LocalTime => Time(actual) == Time(expected),
        _ => actual == expected,
    };

    private static double Number(string text) => text.TrimStart('+', '-') switch
    {
        "inf" => text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity,
        "nan" => double.NaN,
        _ => double.Parse(text, CultureInfo.InvariantCulture),
    };

    // Spellings of one instant: T, t or a blank; Z or z; zeros at the end of a fraction.
    private static string Time(string text)
    {
        text = text.ToUpperInvariant().Replace(' ', 'T');
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0)
        {
            return text;
        }

        var end = dot + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
        {
            end++;
        }

        return text[..dot] + text[dot..end].TrimEnd('0').TrimEnd('.') + text[end..];
    }
}
