using EdgeGateway.Testbed.Nomad;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Integration;

/// <summary>What happens in Nomad, and to Nomad, while requests run.</summary>
public sealed class UpdateTests
{
    private const string Rule = "traefik.http.routers.a.rule=Host(`a.test`)";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task An_unrelated_change_neither_restarts_the_rotation_nor_opens_connections()
    {
        await using var a = await Whoami.StartAsync("a");
        await using var b = await Whoami.StartAsync("b");
        await using var stage = await Stage.StartAsync(n =>
        {
            n.Register("a1", "a", a.Port, Rule);
            n.Register("a2", "a", b.Port, Rule);
        });
        await stage.Gateway.ListeningAsync(stage.Web);
        using var client = Stage.Client(stage.Web);
        var order = new List<string> { await NameAsync(client), await NameAsync(client) };
        for (var i = 0; i < 10; i++)
        {
            stage.Nomad.Register("u1", "unrelated", 1000 + i, $"traefik.http.routers.u.rule=Host(`u{i}.test`)");
            await stage.UntilAsync(async () => await stage.GetAsync($"u{i}.test") != "404", Soon);
            order.Add(await NameAsync(client));
        }

        Assert.Equal(Enumerable.Range(0, order.Count).Select(i => order[i % 2]), order);
        Assert.NotEqual(order[0], order[1]);
        Assert.Equal((1, 1), (a.Connections, b.Connections));
    }

    [Fact]
    public async Task A_service_is_scaled_up_and_down_and_removed()
    {
        await using var a = await Whoami.StartAsync("a");
        await using var b = await Whoami.StartAsync("b");
        await using var stage = await Stage.StartAsync(n => n.Register("a1", "a", a.Port, Rule), more: ["--edge.lastInstanceGrace=0s"]);
        await stage.Gateway.ListeningAsync(stage.Web);
        using var client = Stage.Client(stage.Web);
        Assert.Equal("a", await NameAsync(client));
        stage.Nomad.Register("a2", "a", b.Port, Rule);
        await stage.UntilAsync(async () => await NameAsync(client) == "b", Soon);
        stage.Nomad.Deregister("a1");
        await stage.UntilAsync(async () => await NameAsync(client) == "b" && await NameAsync(client) == "b" && await NameAsync(client) == "b", Soon);
        stage.Nomad.Deregister("a2");
        await stage.UntilAsync(async () => await NameAsync(client) == "404", Soon);
    }

    [Fact]
    public async Task Routes_outlive_Nomad_and_follow_the_empty_one_that_replaces_it()
    {
        await using var a = await Whoami.StartAsync("a");
        await using var stage = await Stage.StartAsync(n =>
        {
            for (var i = 0; i < 20; i++)
            {
                n.Register("a1", "a", a.Port, Rule);
            }
        }, more: ["--edge.lastInstanceGrace=0s"]);
        await stage.Gateway.ListeningAsync(stage.Web);
        using var client = Stage.Client(stage.Web);
        Assert.Equal("a", await NameAsync(client));
        var port = new Uri(stage.Nomad.Url).Port;
        await stage.Nomad.DisposeAsync();
        await stage.Gateway.LoggedAsync("EG-NOMAD");
        Assert.Equal("a", await NameAsync(client));

        stage.Nomad = await EmbeddedNomad.StartAsync(port, index: 3);
        await stage.UntilAsync(async () => await NameAsync(client) == "404", TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_change_is_live_though_the_stream_says_nothing()
    {
        await using var a = await Whoami.StartAsync("a");
        await using var stage = await Stage.StartAsync(n => n.Register("u1", "u", 1, "traefik.http.routers.u.rule=Host(`u.test`)"));
        await stage.Gateway.ListeningAsync(stage.Web);
        stage.Nomad.Fault = NomadFaultMode.SilentStream;
        stage.Nomad.Register("a1", "a", a.Port, Rule);
        await stage.UntilAsync(async () => (await stage.GetAsync("a.test")).StartsWith("Name: a\n", StringComparison.Ordinal), TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_hundred_deploys_in_a_row_fail_no_request()
    {
        var old = await Whoami.StartAsync("0");
        await using var stage = await Stage.StartAsync(n => n.Register("a0", "a", old.Port, Rule));
        await stage.Gateway.ListeningAsync(stage.Web);
        using var end = new CancellationTokenSource();
        var load = LoadAsync(stage, end.Token);
        for (var i = 1; i <= 100; i++)
        {
            var next = await Whoami.StartAsync($"{i}");
            stage.Nomad.Register($"a{i}", "a", next.Port, Rule);
            stage.Nomad.Deregister($"a{i - 1}");

            // Nomad unlists before it stops: shutdown_delay, a second at the least in a careful job, 50 ms here.
            await Task.Delay(50);
            await old.DisposeAsync();
            old = next;
        }

        await end.CancelAsync();
        var (good, bad) = await load;
        await old.DisposeAsync();
        Assert.True(good > 200, $"only {good} requests");
        Assert.Equal([], bad);
    }

    [Fact]
    public async Task With_a_thousand_services_a_hundred_changes_cost_five_reads_at_most()
    {
        await using var a = await Whoami.StartAsync("a");
        await using var stage = await Stage.StartAsync(n => n.Register([.. Enumerable.Range(0, 1000).Select(i =>
            new Registration($"s{i}", $"s{i}", "job", "127.0.0.1", a.Port, [$"traefik.http.routers.s{i}.rule=Host(`s{i}.test`)"]))]));
        await stage.Gateway.ListeningAsync(stage.Web);
        await stage.UntilAsync(() => Task.FromResult(stage.Nomad.Calls.GetValueOrDefault("/v1/service/:name") >= 1000), TimeSpan.FromSeconds(60));

        await stage.SettleAsync(a.Port);
        var before = stage.NomadReads;
        for (var i = 0; i < 100; i++)
        {
            await ChangeAsync($"n{i}");
        }

        Assert.InRange(stage.NomadReads - before, 0, 5);

        async Task ChangeAsync(string name)
        {
            stage.Nomad.Register(name, name, a.Port, $"traefik.http.routers.{name}.rule=Host(`{name}.test`)");
            await stage.UntilAsync(async () => await stage.GetAsync($"{name}.test") != "404", Soon);
        }
    }

    private static async Task<string> NameAsync(HttpMessageInvoker client)
    {
        var text = await Stage.GetAsync(client, "http://a.test/");
        return text.StartsWith("Name: ", StringComparison.Ordinal) ? text[6..text.IndexOf('\n', StringComparison.Ordinal)] : text;
    }

    private static async Task<(int Good, List<string> Bad)> LoadAsync(Stage stage, CancellationToken end)
    {
        var (good, bad) = (0, new List<string>());
        using var client = Stage.Client(stage.Web);
        while (!end.IsCancellationRequested)
        {
            try
            {
                var name = await NameAsync(client);
                if (int.TryParse(name, out var n) && n <= 100)
                {
                    good++;
                }
                else
                {
                    bad.Add(name);
                }
            }
            catch (HttpRequestException e)
            {
                bad.Add(e.Message);
            }

            await Task.Delay(5, CancellationToken.None);
        }

        return (good, bad);
    }
}
