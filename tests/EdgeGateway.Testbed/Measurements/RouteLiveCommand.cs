using System.Diagnostics;
using System.Globalization;
using EdgeGateway.Testbed.Nomad;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Testbed.Measurements;

/// <summary>
/// <c>route-live --gateway PATH</c>: how long from a registration at Nomad to the end of the first 200 through the real
/// gateway, alone and in bursts, among few and many services; and from Nomad's return after an outage. Figures for
/// docs/performance.md; nothing here passes or fails.
/// </summary>
internal static class RouteLiveCommand
{
    private const int Singles = 200;
    private const int Bursts = 20;
    private const int BurstSize = 50;

    // Not more in half a minute than the gateway believes (NomadTimings.ProbesBelieved).
    private const int Outages = 8;

    // More connections than processors would measure how they wait for each other.
    private const int Probes = 4;

    public static async Task<int> RunAsync(string executable)
    {
        await using var whoami = await Whoami.StartAsync("a");
        whoami.Handler = static http =>
        {
            http.Response.ContentLength = 2;
            return WriteAsync(http.Response);
        };
        Console.WriteLine("from the register call to the end of the first 200, ms              p50     p99     most");
        foreach (var services in (int[])[10, 1000])
        {
            await using var nomad = await EmbeddedNomad.StartAsync();
            nomad.Register([.. Enumerable.Range(0, services).Select(i => Of($"s{i}", whoami.Port))]);
            var events = new EventTimes();
            nomad.BeforeLine = events.Written;
            await using var gateway = await GatewayUnderTest.StartAsync(executable, nomad, events.Said);
            var probes = Enumerable.Range(0, Probes).Select(_ => new RouteProbe(gateway.Port)).ToList();
            probes[0].UntilLive($"s{services - 1}.test");

            // The first changes pay for the compiler of the runtime.
            Alone(nomad, probes[0], whoami.Port, "warm", 50);
            await events.TakeAsync(nomad.Index);
            Print($"one at a time, {Singles}, among {services} services", Alone(nomad, probes[0], whoami.Port, "one", Singles));
            Print("  of these", await events.TakeAsync(nomad.Index));
            Print($"bursts of {BurstSize}, {Bursts}, among {services} services", await InBurstsAsync(nomad, probes, whoami.Port));
            Print("  of these", await events.TakeAsync(nomad.Index));
            var cpu = gateway.Cpu;
            await QuietBurstsAsync(nomad, whoami.Port);
            cpu = gateway.Cpu - cpu;
            Print("the same bursts, nobody asks", await events.TakeAsync(nomad.Index));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"  CPU of the gateway for {BurstSize} that come and {BurstSize} that go: {cpu.TotalMilliseconds / Bursts:0.0} ms"));
            if (services == 1000)
            {
                Print($"after an outage of 6 to 10 s, {Outages}, among {services} services", await AfterOutagesAsync(nomad, probes[0], whoami.Port));
            }

            probes.ForEach(static p => p.Dispose());
        }

        return 0;
    }

    private static List<double> Alone(EmbeddedNomad nomad, RouteProbe probe, int port, string prefix, int count)
    {
        var times = new List<double>(count);
        for (var i = 0; i < count; i++)
        {
            var name = $"{prefix}{i}";
            var begun = Stopwatch.GetTimestamp();
            nomad.Register(Of(name, port));
            times.Add(Stopwatch.GetElapsedTime(begun, probe.UntilLive(name + ".test")).TotalMilliseconds);
            nomad.Deregister(name);
            probe.UntilGone(name + ".test");
        }

        return times;
    }

    /// <summary>
    /// Each registration is a write of its own. A probe asks for its part of the routes in order, so that what a later one
    /// waits for an earlier one counts as its own time: the figures are upper bounds.
    /// </summary>
    private static async Task<List<double>> InBurstsAsync(EmbeddedNomad nomad, List<RouteProbe> probes, int port)
    {
        var times = new List<double>(Bursts * BurstSize);
        for (var b = 0; b < Bursts; b++)
        {
            var begun = new long[BurstSize];
            var live = new long[BurstSize];
            var names = Enumerable.Range(0, BurstSize).Select(i => string.Create(CultureInfo.InvariantCulture, $"b{b}x{i}")).ToArray();
            var asking = probes.Select((probe, p) => Task.Factory.StartNew(
                () =>
                {
                    for (var i = p; i < BurstSize; i += probes.Count)
                    {
                        live[i] = probe.UntilLive(names[i] + ".test");
                    }
                },
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
            for (var i = 0; i < BurstSize; i++)
            {
                begun[i] = Stopwatch.GetTimestamp();
                nomad.Register(Of(names[i], port));
            }

            await Task.WhenAll(asking);
            times.AddRange(begun.Zip(live, static (from, to) => Stopwatch.GetElapsedTime(from, to).TotalMilliseconds));
            nomad.Deregister(names);
            probes[0].UntilGone(names[^1] + ".test");
        }

        return times;
    }

    /// <summary>The bursts alone: no client takes the processors away.</summary>
    private static async Task QuietBurstsAsync(EmbeddedNomad nomad, int port)
    {
        for (var b = 0; b < Bursts; b++)
        {
            var names = Enumerable.Range(0, BurstSize).Select(i => string.Create(CultureInfo.InvariantCulture, $"q{b}x{i}")).ToArray();
            foreach (var name in names)
            {
                nomad.Register(Of(name, port));
            }

            await Task.Delay(300);
            nomad.Deregister(names);
            await Task.Delay(300);
        }
    }

    /// <summary>From the moment at which Nomad's port is open again; the route was registered while it was away.</summary>
    private static async Task<List<double>> AfterOutagesAsync(EmbeddedNomad nomad, RouteProbe probe, int port)
    {
        var times = new List<double>(Outages);
        for (var i = 0; i < Outages; i++)
        {
            nomad.Fault = NomadFaultMode.Refuse;
            nomad.Register(Of($"o{i}", port));
            await Task.Delay(TimeSpan.FromSeconds(6 + (4.0 * i / Outages)));
            var begun = Stopwatch.GetTimestamp();
            nomad.Fault = NomadFaultMode.None;
            times.Add(Stopwatch.GetElapsedTime(begun, probe.UntilLive($"o{i}.test")).TotalMilliseconds);
        }

        return times;
    }

    private static Registration Of(string name, int port) =>
        new(name, name, name, "127.0.0.1", port, [$"traefik.http.routers.{name}.rule=Host(`{name}.test`)"]);

    private static void Print(string what, (List<double> FromLine, List<double> Own) times)
    {
        Print($"{what}, Nomad's line to the snapshot in force", times.FromLine);
        Print($"{what}, the gateway's own part, {times.Own.Count} snapshots", times.Own);
    }

    private static void Print(string what, List<double> times)
    {
        times.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{what,-66}{times[times.Count / 2],7:0.0}{times[(int)Math.Ceiling(times.Count * 0.99) - 1],8:0.0}{times[^1],9:0.0}"));
    }

    private static async Task<bool> WriteAsync(Microsoft.AspNetCore.Http.HttpResponse response)
    {
        await response.Body.WriteAsync("OK"u8.ToArray());
        return true;
    }
}
