using EdgeGateway.Testbed.Nomad;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Integration;

/// <summary>What can go wrong with Nomad, seen from outside: the last good routes stay, it is told once, and the end of it is noticed.</summary>
public sealed class NomadFaultTests
{
    private const string Rule = "traefik.http.routers.a.rule=Host(`a.test`)";
    private const string LateRule = "traefik.http.routers.b.rule=Host(`b.test`)";

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(NomadFaultMode.Refuse, "EG-NOMAD-UNREACHABLE")]
    [InlineData(NomadFaultMode.NoLeader, "EG-NOMAD-5XX")]
    [InlineData(NomadFaultMode.NotReady, "EG-NOMAD-5XX")]
    [InlineData(NomadFaultMode.BadGateway, "EG-NOMAD-5XX")]
    [InlineData(NomadFaultMode.TooMany, "EG-NOMAD-429")]
    [InlineData(NomadFaultMode.Forbidden, "EG-NOMAD-403")]
    [InlineData(NomadFaultMode.Malformed, "EG-NOMAD-JSON")]
    [InlineData(NomadFaultMode.NotCredible, "EG-NOMAD-INDEX0")]
    [InlineData(NomadFaultMode.Hang, "EG-NOMAD-TIMEOUT")]
    public async Task Routes_outlive_it_and_a_change_made_meanwhile_is_live_after_it(NomadFaultMode fault, string code)
    {
        await using var whoami = await Whoami.StartAsync("a");
        await using var stage = await Stage.StartAsync(n => n.Register("a1", "a", whoami.Port, Rule));
        await LiveAsync(stage, "a.test");
        await stage.Gateway.LoggedAsync("by event stream");

        stage.Nomad.Fault = fault;
        stage.Nomad.Register("b1", "b", whoami.Port, LateRule);
        await stage.Gateway.LoggedAsync(code, Soon);
        Assert.StartsWith("Name: a\n", await stage.GetAsync("a.test"), StringComparison.Ordinal);

        stage.Nomad.Fault = NomadFaultMode.None;
        await LiveAsync(stage, "b.test");
        await stage.Gateway.LoggedAsync("is well again", Soon);
        Assert.Equal(1, stage.Gateway.Logged(code + " "));
        Assert.Equal(1, stage.Gateway.Logged("is well again"));
    }

    [Fact]
    public async Task A_start_waits_for_Nomad_no_longer_than_edge_startTimeout()
    {
        await using var stage = await Stage.StartAsync(static n => n.Fault = NomadFaultMode.Hang, more: ["--edge.startTimeout=0s"]);
        await stage.Gateway.ListeningAsync(stage.Web);
        Assert.Equal("404", await stage.GetAsync("a.test"));
        await stage.Gateway.LoggedAsync("within 0 s");
    }

    [Fact]
    public async Task A_start_may_wait_for_longer_than_a_timer_can()
    {
        await using var whoami = await Whoami.StartAsync("a");
        await using var stage = await Stage.StartAsync(n => n.Register("a1", "a", whoami.Port, Rule), more: ["--edge.startTimeout=100000h"]);
        await stage.Gateway.ListeningAsync(stage.Web);
        Assert.StartsWith("Name: a\n", await stage.GetAsync("a.test"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_that_restarts_with_its_state_is_followed_on()
    {
        await using var whoami = await Whoami.StartAsync("a");
        await using var stage = await Stage.StartAsync(n => n.Register("a1", "a", whoami.Port, Rule));
        await LiveAsync(stage, "a.test");
        await stage.Gateway.LoggedAsync("by event stream");
        var (port, index) = (new Uri(stage.Nomad.Url).Port, stage.Nomad.Index);
        await stage.Nomad.DisposeAsync();
        await stage.Gateway.LoggedAsync("EG-NOMAD-UNREACHABLE");

        var again = await EmbeddedNomad.StartAsync(port, index);
        again.Register("a1", "a", whoami.Port, Rule);
        again.Register("b1", "b", whoami.Port, LateRule);
        stage.Nomad = again;
        await LiveAsync(stage, "b.test");
        Assert.StartsWith("Name: a\n", await stage.GetAsync("a.test"), StringComparison.Ordinal);
    }

    /// <summary>A snapshot restored under open connections: no stream says so, and the index is lower (recording h7).</summary>
    [Fact]
    public async Task An_index_that_goes_back_is_another_state_and_is_read_anew()
    {
        await using var whoami = await Whoami.StartAsync("a");
        await using var stage = await Stage.StartAsync(
            n =>
            {
                for (var i = 0; i < 20; i++)
                {
                    n.Register("a1", "a", whoami.Port, Rule, $"v={i}");
                }
            },
            more: ["--providers.nomad.endpoint.endpointWaitTime=1s"]);
        await LiveAsync(stage, "a.test");
        await stage.Gateway.LoggedAsync("by event stream");
        stage.Nomad.Restore(4, new Registration("b1", "b", "b", "127.0.0.1", whoami.Port, [LateRule]));
        await LiveAsync(stage, "b.test");
        Assert.True(await stage.GetAsync("a.test") is "503" or "404");
        await stage.Gateway.LoggedAsync("EG-NOMAD-REPLACED");
        stage.Nomad.Register("c1", "c", whoami.Port, "traefik.http.routers.c.rule=Host(`c.test`)");
        await LiveAsync(stage, "c.test");
    }

    [Theory]
    [InlineData(NomadFaultMode.ForbiddenStream, "403 Permission denied")]
    [InlineData(NomadFaultMode.UnknownStream, "501")]
    [InlineData(NomadFaultMode.SilentStream, "says nothing")]
    [InlineData(NomadFaultMode.BrokenStreamHead, "EG-NOMAD-STREAM")]
    public async Task Without_a_stream_blocking_queries_watch(NomadFaultMode fault, string reason)
    {
        await using var whoami = await Whoami.StartAsync("a");
        await using var stage = await Stage.StartAsync(n =>
        {
            n.Fault = fault;
            n.Register("a1", "a", whoami.Port, Rule);
        });
        await LiveAsync(stage, "a.test");
        await stage.Gateway.LoggedAsync("by blocking queries");
        Assert.Equal(1, stage.Gateway.Logged("EG-NOMAD-STREAM "));
        Assert.Equal(1, stage.Gateway.Logged(reason));
        stage.Nomad.Register("b1", "b", whoami.Port, LateRule);
        await LiveAsync(stage, "b.test");
        stage.Nomad.Deregister("a1");
        await stage.UntilAsync(async () => await stage.GetAsync("a.test") is "503" or "404", Soon);
    }

    [Fact]
    public async Task Where_queries_do_not_wait_either_it_is_a_poll_every_refreshInterval()
    {
        await using var whoami = await Whoami.StartAsync("a");
        await using var stage = await Stage.StartAsync(
            n =>
            {
                (n.Fault, n.Blocks) = (NomadFaultMode.ForbiddenStream, false);
                n.Register("a1", "a", whoami.Port, Rule);
            },
            more: ["--providers.nomad.refreshInterval=1s"]);
        await LiveAsync(stage, "a.test");
        await stage.Gateway.LoggedAsync("by blocking queries");
        stage.Nomad.Register("b1", "b", whoami.Port, LateRule);
        await LiveAsync(stage, "b.test");

        // One list to learn that nothing waits, one for the look itself, each second.
        var before = stage.Nomad.Calls["/v1/services"];
        await Task.Delay(TimeSpan.FromSeconds(4));
        Assert.InRange(stage.Nomad.Calls["/v1/services"] - before, 2, 12);
    }

    private static async Task LiveAsync(Stage stage, string host)
    {
        await stage.Gateway.ListeningAsync(stage.Web);
        await stage.UntilAsync(async () => (await stage.GetAsync(host)).StartsWith("Name: a\n", StringComparison.Ordinal), Soon);
    }
}
