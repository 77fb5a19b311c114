using System.Diagnostics;

namespace EdgeGateway.OuterTier;

/// <summary>What is shown, and what must hold. Throws with the reason when something does not.</summary>
internal sealed class Tour(Tier tier)
{
    // So many connections to each worker say that it takes part.
    private const int Share = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public async Task RunAsync(CancellationToken stop)
    {
        // 1. The map: one name to the workers, everything else to the default, and nobody in between decrypts.
        foreach (var name in (string[])["something.else", "192.0.2.1"])
        {
            var visit = await Visit.MakeAsync(tier.Port, name, stop);
            Require(visit == new Visit(tier.DefaultThumbprint, "default"), $"{name} went to {visit}");
        }

        Say("names", $"{Tier.Name} to the workers, others to the default; each client sees the worker's own certificate");

        // 2. Load, until every worker has its share.
        await using var visits = new SteadyVisits(tier);
        await SharedAsync(visits, tier.Workers, stop);
        Require(visits.Failures.Count == 0, $"{visits.Failures.Count} connections failed before anything happened: {visits.Failures.FirstOrDefault().Reason}");
        Say("load", $"{visits.Count} connections, 0 failed; {Shares(visits)}; the applications were told the client's address {Visit.ClientText}");

        // 3. A worker dies. What runs through it at that moment is cut; whoever comes afterwards must not notice.
        var victim = tier.Workers[1];
        await victim.KillAsync();
        var dead = Stopwatch.GetTimestamp();
        var rest = tier.Workers.Where(worker => worker != victim).ToList();
        await SharedAsync(visits, rest, stop);
        var (cut, lost) = (visits.Failures.Count(f => f.Began <= dead), visits.Failures.Where(f => f.Began > dead).ToList());
        Require(cut <= SteadyVisits.Clients, $"{cut} connections were cut, only {SteadyVisits.Clients} were open");
        Require(lost.Count == 0, $"{lost.Count} connections failed that began after the kill: {lost.FirstOrDefault().Reason}");
        var retried = await RetriedAsync(victim, stop);
        Say("killed", $"{victim.Name}: {cut} of {SteadyVisits.Clients} open connections cut, 0 that came later failed; the log shows it as {retried}");

        // 4. It comes back by itself.
        await victim.StartAsync(stop);
        await SharedAsync(visits, [victim], stop);
        await visits.StopAsync();
        Require(visits.Failures.Count == cut, $"{visits.Failures.Count - cut} connections failed while {victim.Name} came back: {visits.Failures.LastOrDefault().Reason}");
        Require(visits.Wrong is null, $"an answer was wrong: {visits.Wrong}");
        Say("back", $"{victim.Name} has its share again; {visits.Count} connections in all, {cut} failed; {Shares(visits)}");
    }

    private static void Say(string step, string what) => Console.WriteLine($"  {step,-8} {what}");

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new TourException(otherwise);
        }
    }

    private static async Task SharedAsync(SteadyVisits visits, IReadOnlyList<Worker> workers, CancellationToken stop)
    {
        var before = workers.Select(worker => visits.ServedBy(worker.Name)).ToList();
        var clock = Stopwatch.StartNew();
        while (!workers.Select((worker, i) => visits.ServedBy(worker.Name) - before[i]).All(static served => served >= Share))
        {
            Require(clock.Elapsed < Patience, $"not every worker was asked within {Patience.TotalSeconds:0} s; {visits.Failures.Count} failures, the last: {visits.Failures.LastOrDefault().Reason}");
            await Task.Delay(20, stop);
        }
    }

    /// <summary>A line of the log with a server that refused and the one that took over.</summary>
    private async Task<string> RetriedAsync(Worker victim, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            foreach (var line in await File.ReadAllLinesAsync(tier.LogFile, stop))
            {
                if (line.Contains($"127.0.0.1:{victim.Port}, 127.0.0.1:", StringComparison.Ordinal))
                {
                    return line.Split('"')[1];
                }
            }

            Require(clock.Elapsed < Patience, "the L4 access log shows no connection that was tried at the dead worker first");
            await Task.Delay(20, stop);
        }
    }

    private string Shares(SteadyVisits visits) => string.Join(", ", tier.Workers.Select(worker => $"{worker.Name} {visits.ServedBy(worker.Name)}"));
}
