using System.Globalization;
using System.Numerics;

namespace EdgeGateway.Configuration.Files.Toml;

/// <summary>Integers and floats.</summary>
internal static class TomlNumbers
{
    /// <summary>Null when the token is not a number; throws when it is an integer outside 64 bits.</summary>
    public static TomlScalar? TryRead(ReadOnlySpan<char> token, in TomlCursor cursor, TomlPosition position)
    {
        if (token.Length > 2 && token[0] == '0' && token[1] is 'x' or 'o' or 'b')
        {
            return TryReadBased(token, cursor, position);
        }

        var negative = token[0] == '-';
        var body = token[0] is '+' or '-' ? token[1..] : token;
        if (body is "inf" or "nan")
        {
            return new TomlScalar(TomlScalarKind.Float, negative ? $"-{body}" : body.ToString(), position);
        }

        var at = 0;
        if (!TakeDigits(body, ref at, leadingZeros: false))
        {
            return null;
        }

        var sign = negative ? "-" : "";
        if (at == body.Length)
        {
            var digits = Plain(body);
            return long.TryParse(sign + digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
                ? new TomlScalar(TomlScalarKind.Integer, value.ToString(CultureInfo.InvariantCulture), position)
                : throw cursor.Fail($"{token} does not fit into 64 bits", position);
        }

        if (body[at] == '.')
        {
            at++;
            if (!TakeDigits(body, ref at, leadingZeros: true))
            {
                return null;
            }
        }

        if (at < body.Length && body[at] is 'e' or 'E')
        {
            at++;
            if (at < body.Length && body[at] is '+' or '-')
            {
                at++;
            }

            if (!TakeDigits(body, ref at, leadingZeros: true))
            {
                return null;
            }
        }

        return at == body.Length ? new TomlScalar(TomlScalarKind.Float, sign + Plain(body), position) : null;
    }

    private static TomlScalar? TryReadBased(ReadOnlySpan<char> token, in TomlCursor cursor, TomlPosition position)
    {
        var radix = token[1] switch { 'x' => 16, 'o' => 8, _ => 2 };
        BigInteger value = 0;
        var afterDigit = false;
        foreach (var c in token[2..])
        {
            if (c == '_' && afterDigit)
            {
                afterDigit = false;
                continue;
            }

            if (!char.IsAsciiHexDigit(c) || Convert.ToInt32(c.ToString(), 16) is var digit && digit >= radix)
            {
                return null;
            }

            afterDigit = true;
            value = (value * radix) + digit;
            if (value > long.MaxValue)
            {
                throw cursor.Fail($"{token} does not fit into 64 bits", position);
            }
        }

        return afterDigit ? new TomlScalar(TomlScalarKind.Integer, value.ToString(CultureInfo.InvariantCulture), position) : null;
    }

    /// <summary>Digits with single underscores between them.</summary>
    private static bool TakeDigits(ReadOnlySpan<char> text, ref int at, bool leadingZeros)
    {
        var start = at;
        while (at < text.Length && (char.IsAsciiDigit(text[at])
            || (text[at] == '_' && at > start && text[at - 1] != '_' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1]))))
        {
            at++;
        }

        return at > start && (leadingZeros || text[start] != '0' || at == start + 1);
    }

    private static string Plain(ReadOnlySpan<char> digits) => digits.ToString().Replace("_", "", StringComparison.Ordinal);
}
