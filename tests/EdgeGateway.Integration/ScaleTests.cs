using System.Globalization;
using System.Text.RegularExpressions;
using EdgeGateway.Testbed.Nomad;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Integration;

/// <summary>Ten thousand services: what a change costs is told by the log, in counts; times are measured by the benchmarks.</summary>
public sealed partial class ScaleTests
{
    private const int Services = 10_000;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task One_change_among_ten_thousand_services_compiles_one_router_and_disturbs_no_other()
    {
        await using var a = await Whoami.StartAsync("a");
        await using var b = await Whoami.StartAsync("b");
        await using var stage = await Stage.StartAsync(
            n => n.Register([.. Enumerable.Range(0, Services).Select(i => Of(i, a.Port)), Of(0, b.Port) with { Id = "s0-b" }]),
            more: ["--log.level=DEBUG", "--edge.lastInstanceGrace=0s"]);
        await stage.UntilAsync(async () => Counts(stage).Sum(static c => c.Compiled) >= Services && await stage.GetAsync("s9999.test") != "404", Soon);
        await stage.SettleAsync(a.Port);
        using var client = Stage.Client(stage.Web);
        var order = new List<string> { await NameAsync(client), await NameAsync(client) };

        // A request that is under way through all that follows.
        var hold = new TaskCompletionSource();
        var held = new TaskCompletionSource();
        a.Handler = async context =>
        {
            if (context.Request.Path == "/slow")
            {
                held.SetResult();
                await hold.Task;
            }

            return false;
        };
        using var slowly = Stage.Client(stage.Web);
        var slow = Stage.GetAsync(slowly, "http://s1.test/slow");
        await held.Task;
        var reads = Reads(stage);

        Assert.Equal((1, Services), await AfterAsync(stage, () => stage.Nomad.Register(Of(Services, a.Port)), "new", "s10000.test", "Name: a"));
        order.Add(await NameAsync(client));
        Assert.Equal((1, Services), await AfterAsync(stage, () => stage.Nomad.Register(Of(77, a.Port, "changed.test")), "changed", "changed.test", "Name: a"));
        order.Add(await NameAsync(client));
        Assert.Equal("404", await stage.GetAsync("s77.test"));
        Assert.Equal((0, Services), await AfterAsync(stage, () => stage.Nomad.Deregister("s10000"), "removed", "s10000.test", "404"));
        order.Add(await NameAsync(client));

        // Another instance: its service is live, no router is looked at.
        stage.Nomad.Register(Of(5, b.Port) with { Id = "s5-b" });
        await stage.UntilAsync(async () => await stage.GetAsync("s5.test") is var first && await stage.GetAsync("s5.test") != first, Soon);
        order.Add(await NameAsync(client));
        Assert.Equal(0, Counts(stage)[^1].Compiled);

        Assert.Equal(Enumerable.Range(0, order.Count).Select(i => order[i % 2]), order);
        Assert.NotEqual(order[0], order[1]);
        hold.SetResult();
        Assert.StartsWith("Name: a", await slow, StringComparison.Ordinal);
        Assert.Equal(reads, Reads(stage));
    }

    private static Registration Of(int i, int port, string? host = null) =>
        new($"s{i}", $"s{i}", "job", "127.0.0.1", port, [$"traefik.http.routers.s{i}.rule=Host(`{host ?? $"s{i}.test"}`)"]);

    /// <summary>Reads of instances; the watchdog's list of names is another target.</summary>
    private static int Reads(Stage stage) => stage.Nomad.Calls.GetValueOrDefault("/v1/service/:name");

    private static async Task<(int Compiled, int Reused)> AfterAsync(Stage stage, Action change, string what, string host, string answer)
    {
        var before = Counts(stage).Count;
        change();
        await stage.UntilAsync(async () => (await stage.GetAsync(host)).StartsWith(answer, StringComparison.Ordinal) && Counts(stage).Count > before, Soon);
        var counts = Counts(stage)[before..];
        Assert.True(counts.Count == 1, $"{what}: {string.Join("; ", counts)}");

        // The gateway's own routers are reused as well, and are few.
        return (counts[0].Compiled, counts[0].Reused - (counts[0].Reused % 100));
    }

    private static List<(int Compiled, int Reused)> Counts(Stage stage) =>
    [
        .. CountLine().Matches(stage.Gateway.Log).Select(static m =>
            (int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture), int.Parse(m.Groups[2].Value, CultureInfo.InvariantCulture))),
    ];

    private static async Task<string> NameAsync(HttpMessageInvoker client) => (await Stage.GetAsync(client, "http://s0.test/")).Split('\n')[0];

    [GeneratedRegex(@"compiled=(\d+) reused=(\d+)")]
    private static partial Regex CountLine();
}
