using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace EdgeGateway.Proxy.Pipeline;

/// <summary>Statuses as users write them: <c>503</c>, <c>500-599</c>.</summary>
internal sealed class StatusRanges
{
    private readonly (int From, int To)[] _ranges;

    private StatusRanges((int From, int To)[] ranges) => _ranges = ranges;

    /// <summary>Reads them, or says which one cannot be read.</summary>
    public static bool TryParse(IEnumerable<string> texts, [NotNullWhen(true)] out StatusRanges? ranges, [NotNullWhen(false)] out string? error)
    {
        List<(int, int)> read = [];
        foreach (var text in texts)
        {
            var dash = text.IndexOf('-', StringComparison.Ordinal);
            if (!TryRead(dash < 0 ? text : text.AsSpan(0, dash), out var from) || !TryRead(dash < 0 ? text : text.AsSpan(dash + 1), out var to) || to < from)
            {
                (ranges, error) = (null, $"\"{text}\" is neither a status such as 503 nor a range such as 500-599");
                return false;
            }

            read.Add((from, to));
        }

        (ranges, error) = (new([.. read]), null);
        return true;
    }

    /// <summary>Number of statuses that they hold.</summary>
    public int Width => _ranges.Sum(static range => range.To - range.From + 1);

    /// <summary>True when one of them holds the status.</summary>
    public bool Contains(int status)
    {
        foreach (var (from, to) in _ranges)
        {
            if (status >= from && status <= to)
            {
                return true;
            }
        }

        return false;
    }

    private static bool TryRead(ReadOnlySpan<char> text, out int status) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out status) && status is >= 100 and <= 999;
}
