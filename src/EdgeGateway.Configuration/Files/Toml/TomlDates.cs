namespace EdgeGateway.Configuration.Files.Toml;

/// <summary>The four date and time types: RFC 3339 with a blank allowed for <c>T</c>; seconds are required in TOML 1.0.</summary>
internal static class TomlDates
{
    /// <summary>Null when the token is none of the four, or names a day or time that does not exist.</summary>
    public static TomlScalarKind? Classify(ReadOnlySpan<char> token)
    {
        var at = 0;
        if (token.Length >= 3 && token[2] == ':')
        {
            return TakeTime(token, ref at) && at == token.Length ? TomlScalarKind.LocalTime : null;
        }

        if (!TakeDate(token, ref at))
        {
            return null;
        }

        if (at == token.Length)
        {
            return TomlScalarKind.LocalDate;
        }

        if (token[at++] is not ('T' or 't' or ' ') || !TakeTime(token, ref at))
        {
            return null;
        }

        return at == token.Length ? TomlScalarKind.LocalDateTime
            : TakeOffset(token, ref at) && at == token.Length ? TomlScalarKind.OffsetDateTime : null;
    }

    private static bool TakeDate(ReadOnlySpan<char> token, ref int at) =>
        TakeNumber(token, ref at, 4, 0, 9999, out var year)
        && Take(token, ref at, '-')
        && TakeNumber(token, ref at, 2, 1, 12, out var month)
        && Take(token, ref at, '-')
        // The proleptic calendar repeats every 400 years; year 0 is a leap year.
        && TakeNumber(token, ref at, 2, 1, DateTime.DaysInMonth(year % 400 + 400, month), out _);

    private static bool TakeTime(ReadOnlySpan<char> token, ref int at)
    {
        // 60 is a leap second (RFC 3339, section 5.6).
        if (!TakeNumber(token, ref at, 2, 0, 23, out _) || !Take(token, ref at, ':')
            || !TakeNumber(token, ref at, 2, 0, 59, out _) || !Take(token, ref at, ':')
            || !TakeNumber(token, ref at, 2, 0, 60, out _))
        {
            return false;
        }

        if (!Take(token, ref at, '.'))
        {
            return true;
        }

        var start = at;
        while (at < token.Length && char.IsAsciiDigit(token[at]))
        {
            at++;
        }

        return at > start;
    }

    private static bool TakeOffset(ReadOnlySpan<char> token, ref int at)
    {
        if (Take(token, ref at, 'Z') || Take(token, ref at, 'z'))
        {
            return true;
        }

        return (Take(token, ref at, '+') || Take(token, ref at, '-'))
            && TakeNumber(token, ref at, 2, 0, 23, out _)
            && Take(token, ref at, ':')
            && TakeNumber(token, ref at, 2, 0, 59, out _);
    }

    private static bool Take(ReadOnlySpan<char> token, ref int at, char wanted)
    {
        if (at >= token.Length || token[at] != wanted)
        {
            return false;
        }

        at++;
        return true;
    }

    private static bool TakeNumber(ReadOnlySpan<char> token, ref int at, int digits, int min, int max, out int value)
    {
        value = 0;
        if (at + digits > token.Length)
        {
            return false;
        }

        for (var end = at + digits; at < end; at++)
        {
            if (!char.IsAsciiDigit(token[at]))
            {
                return false;
            }

            value = (value * 10) + (token[at] - '0');
        }

        return value >= min && value <= max;
    }
}
