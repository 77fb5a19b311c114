using System.Diagnostics;
using EdgeGateway.Testbed.Nomad;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Benchmarks.Measure;

/// <summary>Start, changes and steady load of the real executable with many services, all parts on this machine.</summary>
internal static class GatewayMeasurement
{
    private const int Turns = 50;
    private const int Requests = 20_000;
    private const int Few = 10;

    public static async Task<int> RunAsync(int services)
    {
        await using var upstream = await Whoami.StartAsync("a");
        await using var second = await Whoami.StartAsync("b");
        await using var nomad = await EmbeddedNomad.StartAsync();
        nomad.Register([.. Enumerable.Range(0, services).Select(i => Of(i, upstream.Port))]);
        var start = Stopwatch.GetTimestamp();
        await using var gateway = MeasuredGateway.Start(nomad, "DEBUG");
        await gateway.UntilAsync($"app{services - 1}.example.com", 200);
        Console.WriteLine($"start with {services} services: first answer after {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} ms, {gateway.Cpu.TotalMilliseconds:F0} ms CPU, {gateway.ResidentMiB} MiB resident, {nomad.Calls.GetValueOrDefault("/v1/service/:name")} reads of services");

        // Lets the start's own work end: tiered compiling goes on in the background.
        for (var i = 0; i < 3; i++)
        {
            await ChangesAsync(gateway, nomad, null, i => nomad.Register(Of(i, upstream.Port, "warm")), null);
            await ChangesAsync(gateway, nomad, null, i => nomad.Register(Of(i, upstream.Port)), null);
        }

        await ChangesAsync(gateway, nomad, "added", i => nomad.Register(Of(services + i, upstream.Port)), i => ($"app{services + i}.example.com", "/", 200));
        await ChangesAsync(gateway, nomad, "changed", i => nomad.Register(Of(i, upstream.Port, $"v{i}")), i => ($"app{i}.example.com", $"/v{i}", 200));
        await ChangesAsync(gateway, nomad, "scaled", i => nomad.Register(Of(100 + i, second.Port) with { Id = $"other-{i}" }), null);
        await ChangesAsync(gateway, nomad, "removed", i => nomad.Deregister($"id{services + i}"), i => ($"app{services + i}.example.com", "/", 404));
        await DeadAsync(gateway, nomad);
        Console.WriteLine($"{gateway.ResidentMiB} MiB resident; calls to Nomad: {string.Join(", ", nomad.Calls.Select(static c => $"{c.Key} {c.Value}"))}");

        await using var small = await EmbeddedNomad.StartAsync();
        small.Register([.. Enumerable.Range(0, Few).Select(i => Of(i, upstream.Port))]);
        await using var few = MeasuredGateway.Start(small);
        await few.UntilAsync("app9.example.com", 200);
        for (var round = 0; round < 3; round++)
        {
            var (a, b) = (await LoadAsync(few, Few), await LoadAsync(gateway, services));
            Console.WriteLine($"CPU per request, round {round}: {a:F1} µs with {Few} routers, {b:F1} µs with {services}, ratio {b / a:F2}");
        }

        return 0;
    }

    /// <summary>What instances cost that are listed and never listen: the gateway knocks at each.</summary>
    private static async Task DeadAsync(MeasuredGateway gateway, EmbeddedNomad nomad)
    {
        var rest = await CpuPerSecondAsync(gateway);
        nomad.Register([.. Enumerable.Range(0, Turns).Select(static i => Of(200 + i, 9) with { Id = $"dead-{i}", Address = "127.0.0.2" })]);
        await Task.Delay(5000);
        Console.WriteLine($"at rest {rest:F0} ms CPU per second, with {Turns} instances that never listen {await CpuPerSecondAsync(gateway):F0} ms");
    }

    private static async Task<double> CpuPerSecondAsync(MeasuredGateway gateway)
    {
        var cpu = gateway.Cpu;
        await Task.Delay(5000);
        return (gateway.Cpu - cpu).TotalMilliseconds / 5;
    }

    private static Registration Of(int i, int port, string path = "") => new(
        $"id{i}", $"app{i}", $"job{i}", "127.0.0.1", port,
        ["traefik.enable=true", $"traefik.http.routers.app{i}.rule=Host(`app{i}.example.com`) && PathPrefix(`/{path}`)", $"traefik.http.routers.app{i}.entrypoints=web"]);

    /// <summary>Latency one after the other, then CPU of as many again in the quiet, since asking costs the gateway more than the change.</summary>
    private static async Task ChangesAsync(
        MeasuredGateway gateway, EmbeddedNomad nomad, string? what, Action<int> change, Func<int, (string Host, string Path, int Status)>? live)
    {
        var half = live is null ? 0 : Turns / 2;
        var times = new List<(double Milliseconds, double Paused)>();
        for (var i = 0; i < half; i++)
        {
            var (host, path, status) = live!(i);
            var paused = GC.GetTotalPauseDuration();
            change(i);
            var took = await gateway.UntilAsync(host, status, path);
            times.Add((took.TotalMilliseconds, (GC.GetTotalPauseDuration() - paused).TotalMilliseconds));
            await Task.Delay(20);
        }

        await Task.Delay(1500);
        var cpu = gateway.Cpu;
        for (var i = half; i < Turns; i++)
        {
            change(i);
            await Task.Delay(what is null ? 10 : 100);
        }

        await Task.Delay(1500);
        cpu = gateway.Cpu - cpu;
        if (what is not null)
        {
            times.Sort();
            var latency = times.Count == 0
                ? ""
                : $", live after {times[times.Count / 2].Milliseconds:F1} ms median, {times[^1].Milliseconds:F1} ms at most (this process stood still for {times[^1].Paused:F1} of them)";
            Console.WriteLine($"{what}: {cpu.TotalMilliseconds / (Turns - half):F1} ms CPU per change{latency}");
        }
    }

    private static async Task<double> LoadAsync(MeasuredGateway gateway, int services)
    {
        var cpu = gateway.Cpu;
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async worker =>
        {
            for (var i = worker; i < Requests; i += 16)
            {
                await gateway.StatusAsync($"app{i * 7 % services}.example.com");
            }
        }));
        return (gateway.Cpu - cpu).TotalMicroseconds / Requests;
    }
}
