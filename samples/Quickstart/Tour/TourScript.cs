using System.Diagnostics;
using EdgeGateway.Quickstart.Load;
using EdgeGateway.Quickstart.Processes;

namespace EdgeGateway.Quickstart.Tour;

/// <summary>
/// The tour, step by step, under a load that never pauses:
/// <list type="number">
/// <item>the first answer over https with a trusted certificate;</item>
/// <item>a new service: how long from Nomad's event to its first answer;</item>
/// <item>scale from one instance to three;</item>
/// <item>a rolling deploy of the three;</item>
/// <item>one of them dies without a word to Nomad;</item>
/// <item>a tag with a typing error;</item>
/// <item>the certificate is renewed;</item>
/// <item>Nomad goes, and comes back.</item>
/// </list>
/// </summary>
internal sealed class TourScript(LocalStack stack, EdgeClient client, SteadyLoad load, HandshakeProbe handshakes)
{
    // How long a step waits for what it wants to see. Far above what is usual: a slow machine is no failure, a hang is.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    // Connect back-off of the watch is 10 s at most (NomadTimings.BackoffMax).
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(2);

    private readonly List<StepResult> _results = [];
    private string? _firstSerial;

    public async Task<IReadOnlyList<StepResult>> RunAsync(CancellationToken stop)
    {
        Console.WriteLine("The tour, under a steady load of at most 500 requests a second over https:");
        await StepAsync("first answer", FirstAnswerAsync, stop);
        await StepAsync("route from event", RouteFromEventAsync, stop);
        await StepAsync("scale up 1 → 3", ScaleUpAsync, stop);
        await StepAsync("rolling deploy of three", DeployAsync, stop);
        await StepAsync("crash of one", CrashAsync, stop);
        await StepAsync("a tag with a typo", TypoAsync, stop);
        await StepAsync("certificate renewal", RenewalAsync, stop);
        await StepAsync("Nomad gone and back", NomadGoneAsync, stop);
        return _results;
    }

    private async Task StepAsync(string name, Func<CancellationToken, Task<string>> step, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        var (requests, failures, broken) = (load.Requests, load.Failures, handshakes.Failures);
        string detail;
        var ok = true;
        await using (new LiveCounter(name, load, handshakes))
        {
            try
            {
                detail = await step(stop);
            }
            catch (TourException e)
            {
                (ok, detail) = (false, e.Message);
            }
        }

        var (failed, brokenNow) = (load.Failures - failures, handshakes.Failures - broken);
        var result = new StepResult(name, ok && failed == 0 && brokenNow == 0, detail, load.Requests - requests, failed, clock.Elapsed);
        _results.Add(result);
        Console.WriteLine($"  {(result.Ok ? "ok  " : "FAIL")} {name,-24} {detail}; {result.Requests} requests, {failed} failed"
            + (brokenNow > 0 ? $", {brokenNow} handshakes failed" : ""));
    }

    private async Task<string> FirstAnswerAsync(CancellationToken stop)
    {
        var (_, answer) = await UntilAsync(() => client.GetAsync("/", stop), static a => a.Status == 200, "the front page never answered", stop);
        await UntilAsync(() => Task.FromResult(load.Requests), static n => n > 20, "the load never got going", stop);
        await UntilAsync(() => Task.FromResult(handshakes.Serial), static s => s is not null, "no handshake succeeded", stop);
        _firstSerial = handshakes.Serial;

        // The first certificate is in hand: the next one may live as long as a real one.
        await stack.IssueLongLivedAsync(stop);
        return $"front page by {answer.ServedBy}, certificate trusted";
    }

    // The instance listens before it is registered under a new name: what is measured is the gateway, not the start of a process.
    private async Task<string> RouteFromEventAsync(CancellationToken stop)
    {
        var times = new List<double>();
        for (var letter = 'a'; letter <= 'j'; letter++)
        {
            var name = $"fresh-{letter}";
            times.Add(await RegisterAndWaitAsync(name, stop));
            await stack.DeregisterAsync(name, stop);
        }

        times.Sort();
        return $"live after {times[times.Count / 2]:0.0} ms (median of {times.Count}; slowest {times[^1]:0.0} ms), measured from the call that registers to the end of the first 200";
    }

    private async Task<string> ScaleUpAsync(CancellationToken stop)
    {
        await stack.Whoami.StartAsync(stop);
        await stack.Whoami.StartAsync(stop);
        await AllServeAsync(stop);
        return "each of " + string.Join(", ", stack.Whoami.Instances.Select(i => $"{i.Name} ({load.ReceivedBy(i.Name)})")) + " gets traffic";
    }

    private async Task<string> DeployAsync(CancellationToken stop)
    {
        await stack.Whoami.DeployAsync(stop);
        await AllServeAsync(stop);
        return "three replaced, listed before they listen, unlisted before they close";
    }

    private async Task<string> CrashAsync(CancellationToken stop)
    {
        var before = await Retries.ReadAsync(stack, stop);
        var victim = stack.Whoami.Instances[0];
        await victim.Process!.KillAsync();
        await Task.Delay(TimeSpan.FromSeconds(2), stop);
        var after = await Retries.ReadAsync(stack, stop);
        await stack.Whoami.StopAsync(victim, stop);
        return after > before
            ? $"{victim.Name} killed while Nomad still lists it; {after - before} requests went to another instance"
            : throw new TourException($"{victim.Name} was killed, and no request met it: nothing was shown");
    }

    private async Task<string> TypoAsync(CancellationToken stop)
    {
        var port = stack.Front.Instances[0].Port;
        await stack.RegisterAsync("typo", "typo", port, ["traefik.http.routers.typo.rul=Host(`typo.example.com`)"], stop);
        var (_, line) = await UntilAsync(
            () => Task.FromResult(stack.Gateway!.Find("typo", "rul")), static l => l is not null, "the gateway never named the wrong tag", stop);
        var front = await client.GetAsync("/", stop);
        await stack.DeregisterAsync("typo", stop);
        return front.Status == 200 ? $"named: {line}" : throw new TourException($"the front page answered {front.Status} beside a wrong tag");
    }

    private async Task<string> RenewalAsync(CancellationToken stop)
    {
        var first = _firstSerial ?? throw new TourException("no handshake succeeded at the start");
        await UntilAsync(() => Task.FromResult(handshakes.Serial), s => s != first, "the served certificate was never replaced", stop);
        return $"serial {first} → {handshakes.Serial}; {handshakes.Count} handshakes so far, {handshakes.Failures} failed";
    }

    private async Task<string> NomadGoneAsync(CancellationToken stop)
    {
        var failures = load.Failures;
        await stack.SetNomadGoneAsync(true, stop);
        await Task.Delay(Outage, stop);
        if (load.Failures > failures || (await client.GetAsync("/", stop)).Status != 200)
        {
            throw new TourException("routes did not survive without Nomad");
        }

        await stack.SetNomadGoneAsync(false, stop);
        var caughtUp = await RegisterAndWaitAsync("later", stop);
        var live = await RegisterAndWaitAsync("evenlater", stop);
        await stack.DeregisterAsync("later", stop);
        await stack.DeregisterAsync("evenlater", stop);
        return $"routes stayed for {Outage.TotalSeconds:0} s; a change right after its return was live after {caughtUp:0} ms, the next after {live:0.0} ms";
    }

    private async Task<double> RegisterAndWaitAsync(string service, CancellationToken stop)
    {
        // The front page's router answers the path until the new one is there: who served tells them apart.
        var port = stack.Whoami.Instances[0].Port;
        var start = Stopwatch.GetTimestamp();
        await stack.RegisterAsync(service, service, port,
            [$"traefik.http.routers.{service}.rule=Host(`{stack.Name}`) && PathPrefix(`/{service}`)", $"traefik.http.routers.{service}.tls=true"], stop);
        await UntilAsync(
            () => client.GetAsync("/" + service, stop), static a => a.Status == 200 && a.ServedBy?.StartsWith("whoami", StringComparison.Ordinal) == true,
            $"the route of {service} never came", stop);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private async Task AllServeAsync(CancellationToken stop)
    {
        foreach (var instance in stack.Whoami.Instances)
        {
            await UntilAsync(() => Task.FromResult(load.ReceivedBy(instance.Name)), static n => n > 0, $"{instance.Name} never got a request", stop);
        }
    }

    private static async Task<(TimeSpan Took, T Value)> UntilAsync<T>(Func<Task<T>> look, Func<T, bool> good, string otherwise, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var value = await look();
            if (good(value))
            {
                return (clock.Elapsed, value);
            }

            if (clock.Elapsed > Patience)
            {
                throw new TourException($"{otherwise} (waited {Patience.TotalSeconds:0} s)");
            }

            // Another process tells nothing of itself: looking is all there is.
            await Task.Delay(1, stop);
        }
    }
}
