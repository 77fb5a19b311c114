using System.Numerics;

namespace EdgeGateway.Proxy.Middlewares.CircuitBreaker;

/// <summary>How often which latency occurred, to about one percent; the principle of HDR histograms. Not thread-safe.</summary>
internal sealed class LatencyHistogram
{
    // 128 steps for each power of two: an error below one percent. Up to an hour in microseconds, as oxy's.
    private const int Steps = 128;
    private const int StepBits = 7;
    private const long Longest = 3_600_000_000;

    private readonly int[] _counts = new int[IndexOf(Longest) + 1];

    /// <summary>Number of latencies.</summary>
    public long Count { get; private set; }

    /// <summary>Notes one.</summary>
    public void Add(TimeSpan latency)
    {
        _counts[IndexOf((long)Math.Clamp(latency.TotalMicroseconds, 0, Longest))]++;
        Count++;
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        if (Count > 0)
        {
            Array.Clear(_counts);
            Count = 0;
        }
    }

    /// <summary>The latency below which so many percent of those of all histograms lie, in whole milliseconds.</summary>
    public static double AtQuantile(IReadOnlyList<LatencyHistogram> histograms, double percent)
    {
        long total = 0;
        foreach (var histogram in histograms)
        {
            total += histogram.Count;
        }

        if (total == 0)
        {
            return 0;
        }

        var wanted = Math.Max(1, (long)((Math.Clamp(percent, 0, 100) / 100 * total) + 0.5));
        long seen = 0;
        for (var i = 0; i < histograms[0]._counts.Length; i++)
        {
            foreach (var histogram in histograms)
            {
                seen += histogram._counts[i];
            }

            if (seen >= wanted)
            {
                return Math.Floor(ValueOf(i) / 1000.0);
            }
        }

        return Math.Floor(Longest / 1000.0);
    }

    private static int IndexOf(long microseconds)
    {
        if (microseconds < Steps)
        {
            return (int)microseconds;
        }

        var shift = BitOperations.Log2((ulong)microseconds) - StepBits;
        return (Steps * (shift + 1)) + (int)(microseconds >> shift) - Steps;
    }

    // The highest latency of a step, as HDR histograms tell it.
    private static long ValueOf(int index)
    {
        if (index < Steps)
        {
            return index;
        }

        var shift = (index / Steps) - 1;
        return (((index % Steps) + Steps + 1L) << shift) - 1;
    }
}
