using System.Buffers;
using System.Globalization;

namespace EdgeGateway.Testbed.Tailscale;

/// <summary>Go's durations and quoting, as far as LocalAPI's parameters and texts need them.</summary>
internal static class GoText
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    /// <summary>Parses <c>1h30m</c>, <c>0s</c>, <c>-5h</c>; the error text is Go's.</summary>
    public static bool TryDuration(string text, out TimeSpan value, out string error)
    {
        value = default;
        error = $"time: invalid duration \"{text}\"";
        var rest = text.AsSpan();
        var negative = rest.StartsWith("-");
        if (negative || rest.StartsWith("+"))
        {
            rest = rest[1..];
        }

        if (rest is "0")
        {
            return true;
        }

        if (rest.IsEmpty)
        {
            return false;
        }

        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(Digits);
            var number = digits < 0 ? rest : rest[..digits];
            if (number.IsEmpty || !double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
            {
                return false;
            }

            if (digits < 0)
            {
                error = $"time: missing unit in duration \"{text}\"";
                return false;
            }

            rest = rest[digits..];
            var next = rest.IndexOfAny(Digits);
            var unit = next < 0 ? rest : rest[..next];
            var seconds = unit switch { "h" => 3600.0, "m" => 60, "s" => 1, "ms" => 1e-3, "us" or "µs" => 1e-6, "ns" => 1e-9, _ => 0 };
            if (seconds == 0)
            {
                error = $"time: unknown unit \"{unit}\" in duration \"{text}\"";
                return false;
            }

            value += TimeSpan.FromSeconds(amount * seconds);
            rest = next < 0 ? [] : rest[next..];
        }

        value = negative ? -value : value;
        return true;
    }

    /// <summary><c>["a" "b"]</c>, Go's <c>%q</c> of a list of plain names.</summary>
    public static string Quote(IEnumerable<string> names) => "[" + string.Join(' ', names.Select(n => $"\"{n}\"")) + "]";
}
