using System.Buffers;
using System.Globalization;
using System.Text;

namespace EdgeGateway.Configuration.Sources;

/// <summary>Durations as Go writes them (<c>1m30s</c>, <c>1.5h</c>, <c>100ms</c>); a bare integer is seconds.</summary>
public static class GoDuration
{
    // Source: Go time.ParseDuration; both micro signs (U+00B5 and U+03BC) are accepted.
    private static readonly (string Unit, decimal Nanoseconds)[] Units =
    [
        ("ns", 1m), ("us", 1_000m), ("µs", 1_000m), ("μs", 1_000m), ("ms", 1_000_000m),
        ("s", 1_000_000_000m), ("m", 60_000_000_000m), ("h", 3_600_000_000_000m),
    ];

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    /// <summary>Reads <paramref name="text"/>. The resolution is 100 ns; what is smaller but not zero becomes 100 ns. False for text that Go refuses or that exceeds 64-bit nanoseconds.</summary>
    public static bool TryParse(string text, out TimeSpan value)
    {
        value = default;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
        {
            return TryFrom(seconds * 1_000_000_000m, out value);
        }

        var rest = text.AsSpan();
        var negative = false;
        if (rest.Length > 0 && rest[0] is '+' or '-')
        {
            negative = rest[0] == '-';
            rest = rest[1..];
        }

        if (rest.IsEmpty)
        {
            return false;
        }

        var total = 0m;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(Digits);
            // 28 digits are more than 64-bit nanoseconds can hold, and all that decimal can.
            if (digits is <= 0 or > 28
                || !decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            rest = rest[digits..];
            var letters = rest.IndexOfAny(Digits);
            var unit = letters < 0 ? rest : rest[..letters];
            rest = rest[unit.Length..];
            if (Factor(unit) is not { } factor || number > long.MaxValue / factor)
            {
                return false;
            }

            total += number * factor;
            if (total > long.MaxValue)
            {
                return false;
            }
        }

        return TryFrom(negative ? -total : total, out value);
    }

    /// <summary>Writes as Go does: <c>0s</c>, <c>100ms</c>, <c>1.5s</c>, <c>1m30s</c>, <c>2h0m0s</c>.</summary>
    public static string Format(TimeSpan value)
    {
        if (value == TimeSpan.Zero)
        {
            return "0s";
        }

        var ticks = (UInt128)(value.Ticks < 0 ? -(Int128)value.Ticks : value.Ticks);
        var nanoseconds = (decimal)ticks * 100m;
        var text = new StringBuilder(value.Ticks < 0 ? "-" : "");
        if (nanoseconds < 1_000_000_000m)
        {
            return nanoseconds switch
            {
                < 1_000m => text.Append(Number(nanoseconds)).Append("ns").ToString(),
                < 1_000_000m => text.Append(Number(nanoseconds / 1_000m)).Append("µs").ToString(),
                _ => text.Append(Number(nanoseconds / 1_000_000m)).Append("ms").ToString(),
            };
        }

        var seconds = nanoseconds / 1_000_000_000m;
        var hours = decimal.Truncate(seconds / 3600m);
        var minutes = decimal.Truncate((seconds - hours * 3600m) / 60m);
        if (hours > 0)
        {
            text.Append(Number(hours)).Append('h');
        }

        if (hours > 0 || minutes > 0)
        {
            text.Append(Number(minutes)).Append('m');
        }

        return text.Append(Number(seconds - hours * 3600m - minutes * 60m)).Append('s').ToString();
    }

    private static string Number(decimal value) => value.ToString("0.#########", CultureInfo.InvariantCulture);

    private static decimal? Factor(ReadOnlySpan<char> unit)
    {
        foreach (var (name, nanoseconds) in Units)
        {
            if (unit.SequenceEqual(name))
            {
                return nanoseconds;
            }
        }

        return null;
    }

    private static bool TryFrom(decimal nanoseconds, out TimeSpan value)
    {
        value = default;
        if (nanoseconds is > long.MaxValue or < long.MinValue)
        {
            return false;
        }

        var ticks = (long)decimal.Truncate(nanoseconds / 100m);
        value = new(ticks == 0 && nanoseconds != 0 ? Math.Sign(nanoseconds) : ticks);
        return true;
    }
}
