using System.Globalization;
using System.Numerics;
using EdgeGateway.Configuration.Sources;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace EdgeGateway.Configuration.Files.Yaml;

/// <summary>Types of plain scalars as Go's yaml.v3 resolves them: YAML 1.2's core schema with the integer forms of 1.1; yes, no, on, off are text.</summary>
internal static class YamlScalars
{
    private const string CoreTags = "tag:yaml.org,2002:";

    /// <summary>The leaf, or null for a null.</summary>
    public static ConfigScalar? Resolve(Scalar scalar, SourceLocation location)
    {
        var text = scalar.Value;
        var tag = scalar.Tag.IsEmpty ? "" : scalar.Tag.Value;
        var known = tag.StartsWith(CoreTags, StringComparison.Ordinal) ? tag[CoreTags.Length..] : "";
        // A quoted text is a text unless a tag says otherwise; of tags that are not YAML's own the text counts.
        if (known == "str" || tag == "!" || (known.Length == 0 && (tag.Length > 0 || scalar.Style != ScalarStyle.Plain)))
        {
            return new(text, location);
        }

        var leaf = text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            "true" or "True" or "TRUE" => new("true", location, ScalarKind.Boolean),
            "false" or "False" or "FALSE" => new("false", location, ScalarKind.Boolean),
            ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF" => new("+Inf", location, ScalarKind.Float),
            "-.inf" or "-.Inf" or "-.INF" => new("-Inf", location, ScalarKind.Float),
            ".nan" or ".NaN" or ".NAN" => new("NaN", location, ScalarKind.Float),
            _ when TryInteger(text, out var integer) => new(integer, location, ScalarKind.Integer),
            _ when Number(text) is { } number => new(number, location, ScalarKind.Float),
            _ => new ConfigScalar(text, location),
        };
        var isOf = (known, leaf?.Kind) switch
        {
            ("int", not ScalarKind.Integer) or ("bool", not ScalarKind.Boolean) or ("null", not null) => false,
            ("float", not (ScalarKind.Float or ScalarKind.Integer)) => false,
            _ => true,
        };
        return isOf ? leaf : throw new ConfigurationException(new("EG-FILE-SYNTAX", ProblemSeverity.Error, location, $"YAML: '{text}' is no !!{known}"));
    }

    private static bool TryInteger(string text, out string value)
    {
        value = "";
        var negative = text[0] == '-';
        var digits = text[0] is '-' or '+' ? text.AsSpan(1) : text;
        if (digits.IsEmpty || !char.IsAsciiDigit(digits[0]))
        {
            return false;
        }

        var radix = 10;
        if (digits.Length > 1 && digits[0] == '0')
        {
            (radix, var prefix) = digits[1] switch { 'x' or 'X' => (16, 2), 'b' or 'B' => (2, 2), 'o' or 'O' => (8, 2), _ => (8, 0) };
            digits = digits[prefix..];
        }

        BigInteger number = 0;
        var any = false;
        foreach (var c in digits)
        {
            if (c == '_')
            {
                continue;
            }

            var digit = char.IsAsciiHexDigit(c) ? int.Parse([c], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) : radix;
            if (digit >= radix)
            {
                return false;
            }

            number = (number * radix) + digit;
            any = true;
            // What exceeds 64 bits stays text: the bound also keeps a long text from becoming slow arithmetic.
            if (number > ulong.MaxValue)
            {
                return false;
            }
        }

        value = (negative ? -number : number).ToString(CultureInfo.InvariantCulture);
        return any;
    }

    // Digits with a point or an exponent, as [-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?; "_" may stand anywhere behind a first digit or sign.
    private static string? Number(string text)
    {
        var plain = text[0] == '.' ? text : text.Replace("_", "", StringComparison.Ordinal);
        var isNumber = text[0] is '.' or '+' or '-' || char.IsAsciiDigit(text[0]);
        return isNumber && plain.Any(char.IsAsciiDigit) && plain.TrimStart('+', '-')[0] is not ('e' or 'E')
            && double.TryParse(plain, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var value)
            && double.IsFinite(value)
                ? Text(value)
                : null;
    }

    // As Traefik turns it into text: six decimals at most. What that would cut stays as it is written.
    private static string Text(double value)
    {
        var fixedPoint = value.ToString("F6", CultureInfo.InvariantCulture);
        return fixedPoint.EndsWith(".000000", StringComparison.Ordinal) && double.Parse(fixedPoint, CultureInfo.InvariantCulture) == value
            ? fixedPoint[..^7]
            : value.ToString("R", CultureInfo.InvariantCulture);
    }
}
