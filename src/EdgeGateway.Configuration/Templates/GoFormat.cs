using System.Globalization;
using System.Text;

namespace EdgeGateway.Configuration.Templates;

/// <summary>Go's <c>fmt</c> for the verbs that templates use: <c>%s %v %d %q %t %f %g %e %x %X %o %b %c %%</c> with flags, width and precision.</summary>
internal static class GoFormat
{
    // Wider is no output that a rule needs; the limit keeps memory.
    private const int MaxWidth = 1000;

    internal static string Printf(string format, IReadOnlyList<object?> arguments)
    {
        var result = new StringBuilder();
        var next = 0;
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                result.Append(format[i]);
                continue;
            }

            i++;
            var flags = i;
            while (i < format.Length && format[i] is '-' or '+' or '#' or '0' or ' ')
            {
                i++;
            }

            var marks = format[flags..Math.Min(i, format.Length)];
            var width = Digits(format, ref i);
            var precision = -1;
            if (i < format.Length && format[i] == '.')
            {
                i++;
                precision = Math.Max(0, Digits(format, ref i));
            }

            if (i >= format.Length)
            {
                result.Append("%!(NOVERB)");
                break;
            }

            if (format[i] == '%')
            {
                result.Append('%');
                continue;
            }

            result.Append(next < arguments.Count ? Pad(Verb(format[i], arguments[next++], marks, precision), marks, width) : $"%!{format[i]}(MISSING)");
        }

        if (next < arguments.Count)
        {
            result.Append("%!(EXTRA ").AppendJoin(", ", arguments.Skip(next).Select(static a => $"{TemplateValues.TypeName(a)}={TemplateValues.Print(a)}")).Append(')');
        }

        return result.ToString();
    }

    /// <summary>Shortest form, as <c>%v</c> of a float64.</summary>
    internal static string Float(double value)
    {
        var exponent = value == 0 ? 0 : (int)Math.Floor(Math.Log10(Math.Abs(value)));
        if (exponent is >= -4 and < 21)
        {
            return ((decimal)Math.Abs(value) < decimal.MaxValue ? value.ToString("0.####################", CultureInfo.InvariantCulture) : value.ToString("R", CultureInfo.InvariantCulture));
        }

        return value.ToString("0.################e+00", CultureInfo.InvariantCulture);
    }

    /// <summary>A Go string literal in double quotes.</summary>
    internal static string Quote(string text)
    {
        var result = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
        {
            result.Append(rune.Value switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\t' => "\\t",
                '\r' => "\\r",
                < 0x20 or 0x7f => string.Create(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}"),
                _ => rune.ToString(),
            });
        }

        return result.Append('"').ToString();
    }

    private static string Verb(char verb, object? value, string marks, int precision)
    {
        var plus = marks.Contains('+', StringComparison.Ordinal);
        switch (verb, value)
        {
            case ('v', _):
            case ('s', string):
                var text = value is null ? "<nil>" : TemplateValues.Print(value);
                return precision >= 0 && verb == 's' && precision < text.Length ? text[..precision] : text;
            case ('s', IReadOnlyList<object?>):
                return TemplateValues.Print(value);
            case ('d', long number):
                return plus && number >= 0 ? "+" + TemplateValues.Print(value) : number.ToString(CultureInfo.InvariantCulture);
            case ('q', string quoted):
                return Quote(quoted);
            case ('t', bool):
                return TemplateValues.Print(value);
            case ('f' or 'F', double number):
                return (plus && number >= 0 ? "+" : "") + number.ToString($"F{(precision < 0 ? 6 : Math.Min(precision, 100))}", CultureInfo.InvariantCulture);
            case ('e', double number):
                return number.ToString($"0.{new string('0', precision < 0 ? 6 : Math.Min(precision, 100))}e+00", CultureInfo.InvariantCulture);
            case ('g', double number):
                return Float(number);
            case ('x', long number):
                return number.ToString("x", CultureInfo.InvariantCulture);
            case ('X', long number):
                return number.ToString("X", CultureInfo.InvariantCulture);
            case ('o', long number):
                return Convert.ToString(number, 8);
            case ('b', long number):
                return Convert.ToString(number, 2);
            case ('c', long number) when number is >= 0 and <= 0x10ffff && Rune.IsValid((int)number):
                return new Rune((int)number).ToString();
            case ('x', string hex):
                return Convert.ToHexStringLower(Encoding.UTF8.GetBytes(hex));
            case ('X', string hex):
                return Convert.ToHexString(Encoding.UTF8.GetBytes(hex));
            default:
                return $"%!{verb}({TemplateValues.TypeName(value)}={TemplateValues.Print(value)})";
        }
    }

    private static string Pad(string text, string marks, int width)
    {
        if (text.Length >= width)
        {
            return text;
        }

        if (marks.Contains('-', StringComparison.Ordinal))
        {
            return text.PadRight(width);
        }

        if (!marks.Contains('0', StringComparison.Ordinal))
        {
            return text.PadLeft(width);
        }

        return text.Length > 0 && text[0] is '-' or '+' ? text[0] + text[1..].PadLeft(width - 1, '0') : text.PadLeft(width, '0');
    }

    private static int Digits(string format, ref int at)
    {
        var value = -1;
        while (at < format.Length && char.IsAsciiDigit(format[at]))
        {
            value = Math.Min(MaxWidth, (Math.Max(value, 0) * 10) + (format[at++] - '0'));
        }

        return value;
    }
}
