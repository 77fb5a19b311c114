using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace EdgeGateway.Testbed.Measurements;

/// <summary>
/// From the line of the event stream to the snapshot in force, without any client: the stand-in for Nomad notes when it writes a line, the
/// gateway's debug log tells when it was live up to which index, and how long it had the change. One machine, one monotonic clock.
/// </summary>
internal sealed partial class EventTimes
{
    private readonly ConcurrentDictionary<ulong, long> _written = new();
    private readonly ConcurrentQueue<(ulong Index, double Own, long Clock)> _live = new();

    /// <summary>A line is about to be written.</summary>
    public void Written(string line)
    {
        if (LineIndex().Match(line) is { Success: true } match)
        {
            _written.TryAdd(ulong.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture), Stopwatch.GetTimestamp());
        }
    }

    /// <summary>The gateway logged something.</summary>
    public void Said(string line)
    {
        if (LiveLine().Match(line) is { Success: true } match)
        {
            _live.Enqueue((
                ulong.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture), double.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture),
                long.Parse(match.Groups[3].ValueSpan, CultureInfo.InvariantCulture)));
        }
    }

    /// <summary>
    /// Milliseconds of every line since the last call: from its writing to the first snapshot that has it, and what the gateway says of each of
    /// those snapshots: how long it had the oldest change in it.
    /// </summary>
    public async Task<(List<double> FromLine, List<double> Own)> TakeAsync(ulong upTo)
    {
        var limit = Stopwatch.StartNew();
        while (!_live.Any(live => live.Index >= upTo))
        {
            // The log has a queue of its own, so its lines come a moment later than what they tell.
            await Task.Delay(10);
            if (limit.Elapsed > TimeSpan.FromSeconds(30))
            {
                throw new TimeoutException($"the gateway did not say that it is live up to index {upTo}");
            }
        }

        var live = _live.OrderBy(static l => l.Index).ToArray();
        _live.Clear();
        var times = new List<double>();
        foreach (var (index, at) in _written)
        {
            if (Array.Find(live, l => l.Index >= index) is { Clock: > 0 } first)
            {
                times.Add(Stopwatch.GetElapsedTime(at, first.Clock).TotalMilliseconds);
            }
        }

        _written.Clear();
        return (times, [.. live.Select(static l => l.Own)]);
    }

    [GeneratedRegex("\"Index\":([0-9]+)}$")]
    private static partial Regex LineIndex();

    [GeneratedRegex("is live up to index ([0-9]+) ms=([0-9.]+) clock=([0-9]+)")]
    private static partial Regex LiveLine();
}
