using System.Globalization;
using System.Text;

namespace EdgeGateway.Configuration.Files.Toml;

/// <summary>The four kinds of TOML strings.</summary>
internal static class TomlStrings
{
    /// <summary>Reads a string of any kind; the cursor stands on its first quote.</summary>
    public static string Read(ref TomlCursor cursor)
    {
        var quote = cursor.Current;
        return cursor.Peek(1) == quote && cursor.Peek(2) == quote
            ? ReadMultiLine(ref cursor, quote)
            : ReadSingleLine(ref cursor);
    }

    /// <summary>Reads a string on one line (the only kind that a key may be).</summary>
    public static string ReadSingleLine(ref TomlCursor cursor)
    {
        var quote = cursor.Current;
        var start = cursor.Position;
        cursor.Advance();
        StringBuilder text = new();
        while (!cursor.TryTake(quote))
        {
            if (cursor.AtEnd || cursor.Current is '\n' or '\r')
            {
                throw cursor.Fail("the string is not closed on its line", start);
            }

            ReadCharacter(ref cursor, quote, text);
        }

        return text.ToString();
    }

    private static string ReadMultiLine(ref TomlCursor cursor, char quote)
    {
        var start = cursor.Position;
        cursor.Advance(3);
        // A newline right after the opening is not part of the string.
        cursor.TryTakeNewline();
        StringBuilder text = new();
        while (true)
        {
            if (cursor.AtEnd)
            {
                throw cursor.Fail("the string is not closed", start);
            }

            if (cursor.Current == quote)
            {
                if (TakeQuotes(ref cursor, quote, text))
                {
                    return text.ToString();
                }
            }
            else if (cursor.TryTakeNewline())
            {
                text.Append('\n');
            }
            else if (!(quote == '"' && TrySkipLineContinuation(ref cursor)))
            {
                ReadCharacter(ref cursor, quote, text);
            }
        }
    }

    /// <summary>One or two quotes are content; of three to five the last three close the string.</summary>
    private static bool TakeQuotes(ref TomlCursor cursor, char quote, StringBuilder text)
    {
        var count = 0;
        while (count < 5 && cursor.Peek(count) == quote)
        {
            count++;
        }

        cursor.Advance(count);
        text.Append(quote, count < 3 ? count : count - 3);
        return count >= 3;
    }

    /// <summary>A backslash at the end of a line takes the newline and all blanks and newlines that follow.</summary>
    private static bool TrySkipLineContinuation(ref TomlCursor cursor)
    {
        if (cursor.Current != '\\')
        {
            return false;
        }

        var ahead = 1;
        while (cursor.Peek(ahead) is ' ' or '\t')
        {
            ahead++;
        }

        if (cursor.Peek(ahead) != '\n' && !(cursor.Peek(ahead) == '\r' && cursor.Peek(ahead + 1) == '\n'))
        {
            return false;
        }

        cursor.Advance(ahead);
        do
        {
            cursor.SkipBlanks();
        }
        while (cursor.TryTakeNewline());
        return true;
    }

    private static void ReadCharacter(ref TomlCursor cursor, char quote, StringBuilder text)
    {
        var c = cursor.Current;
        if (TomlCursor.IsControl(c))
        {
            throw cursor.Fail($"a string must not hold {cursor.Describe()}; write it as an escape");
        }

        if (c == '\\' && quote == '"')
        {
            ReadEscape(ref cursor, text);
            return;
        }

        text.Append(c);
        cursor.Advance();
    }

    private static void ReadEscape(ref TomlCursor cursor, StringBuilder text)
    {
        var simple = cursor.Peek(1) switch
        {
            'b' => '\b',
            't' => '\t',
            'n' => '\n',
            'f' => '\f',
            'r' => '\r',
            '"' => '"',
            '\\' => '\\',
            _ => TomlCursor.End,
        };
        if (simple != TomlCursor.End)
        {
            text.Append(simple);
            cursor.Advance(2);
            return;
        }

        var digits = cursor.Peek(1) switch { 'u' => 4, 'U' => 8, _ => 0 };
        if (digits == 0)
        {
            throw cursor.Fail($"'\\{(char.IsControl(cursor.Peek(1)) ? ' ' : cursor.Peek(1))}' is not an escape");
        }

        var rest = cursor.Rest;
        if (rest.Length < 2 + digits
            || !IsHex(rest.Slice(2, digits))
            || !uint.TryParse(rest.Slice(2, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            || !Rune.TryCreate(code, out var rune))
        {
            throw cursor.Fail($"\\{rest[1]} needs {digits} hexadecimal digits that name a Unicode scalar value");
        }

        text.Append(rune.ToString());
        cursor.Advance(2 + digits);
    }

    private static bool IsHex(ReadOnlySpan<char> digits)
    {
        foreach (var digit in digits)
        {
            if (!char.IsAsciiHexDigit(digit))
            {
                return false;
            }
        }

        return true;
    }
}
