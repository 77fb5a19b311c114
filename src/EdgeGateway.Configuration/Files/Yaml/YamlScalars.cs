using System.Globalization;
using System.Numerics;
using EdgeGateway.Configuration.Sources;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace EdgeGateway.Configuration.Files.Yaml;

/// <summary>Types of plain scalars as Go's yaml.v3 resolves them: YAML 1.2's core schema with the integer forms of 1.1; yes, no, on, off are text.</summary>
internal static class YamlScalars
{
    /// <summary>The leaf, or null for a null.</summary>
    public static ConfigScalar? Resolve(Scalar scalar, SourceLocation location)
    {
        var text = scalar.Value;
        if (scalar.Style != ScalarStyle.Plain || (!scalar.Tag.IsEmpty && scalar.Tag.Value.EndsWith(":str", StringComparison.Ordinal)))
        {
            return new(text, location);
        }

        return text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            "true" or "True" or "TRUE" => new("true", location, ScalarKind.Boolean),
            "false" or "False" or "FALSE" => new("false", location, ScalarKind.Boolean),
            _ when TryInteger(text, out var integer) => new(integer, location, ScalarKind.Integer),
            _ when IsFloat(text) => new(text, location, ScalarKind.Float),
            _ => new(text, location),
        };
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
            (radix, var prefix) = digits[1] switch { 'x' or 'X' => (16, 2), 'b' or 'B' => (2, 2), 'o' or 'O' => (8, 2), _ => (8, 1) };
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

    private static bool IsFloat(string text) =>
        text.Any(char.IsAsciiDigit)
        && double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out _);
}
