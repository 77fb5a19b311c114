using System.Diagnostics;
using System.Globalization;

namespace EdgeGateway.Fuzz;

/// <summary>One run of one target.</summary>
internal static class FuzzRun
{
    // A configuration of this size is read in well under a millisecond; the factor leaves room for a busy machine.
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);

    public static FuzzReport Run(FuzzTarget target, int count, TimeSpan limit, int seed)
    {
        var random = new Random(seed);
        var mutator = new Mutator(target.Seeds, target.Tokens, random);
        var findings = new List<string>();
        var started = Stopwatch.GetTimestamp();
        var accepted = 0;
        var done = 0;
        for (; done < count && (limit < TimeSpan.Zero || Stopwatch.GetElapsedTime(started) < limit) && findings.Count < 20; done++)
        {
            var input = mutator.Next();
            var begun = Stopwatch.GetTimestamp();
            try
            {
                if (target.Accepts(input))
                {
                    accepted++;
                    mutator.Keep(input);
                }
            }
            catch (Exception e)
            {
                findings.Add($"{e.GetType().Name}: {e.Message} at {e.StackTrace?.Split('\n').FirstOrDefault()?.Trim()}\n    {Show(input)}");
            }

            if (Stopwatch.GetElapsedTime(begun) > Slow && ProcessorTime(target, input) is var used && used > Slow)
            {
                findings.Add($"{used.TotalMilliseconds:F0} ms of processor time\n    {Show(input)}");
            }
        }

        return new(target.Name, done, accepted, Stopwatch.GetElapsedTime(started), findings);
    }

    // A busy machine makes everything slow: what counts is the processor's time, once more and alone.
    private static TimeSpan ProcessorTime(FuzzTarget target, string input)
    {
        var before = Environment.CpuUsage.TotalTime;
        try
        {
            _ = target.Accepts(input);
        }
        catch (Exception)
        {
            // Reported already.
        }

        return Environment.CpuUsage.TotalTime - before;
    }

    private static string Show(string input) => System.Text.Json.JsonSerializer.Serialize(input, FuzzJson.Default.String);
}

/// <summary>What a run found.</summary>
internal sealed record FuzzReport(string Name, int Inputs, int Accepted, TimeSpan Time, IReadOnlyList<string> Findings)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Name}: {Inputs} inputs, {100.0 * Accepted / Math.Max(1, Inputs):F1} % accepted, {Time.TotalSeconds:F1} s, {Inputs / Time.TotalSeconds:F0} inputs/s, {Findings.Count} findings{string.Concat(Findings.Select(static f => "\n  " + f))}");
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class FuzzJson : System.Text.Json.Serialization.JsonSerializerContext;
