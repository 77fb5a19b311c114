using EdgeGateway.Proxy.Tests.Snapshots;
using EdgeGateway.Testbed.Upstreams;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Services;

/// <summary>An instance is listed before it listens: no request finds that out.</summary>
public sealed class StartingServerTests
{
    [Fact]
    public async Task An_instance_that_joins_gets_requests_once_it_listens_and_none_before()
    {
        await using var old = ScriptedServer.Answering("old");
        await using var gateway = await CompiledGateway.StartAsync();
        gateway.Publish([CompiledGateway.Service("a", old.Url)]);
        await gateway.GetAsync("a");
        var ports = new[] { ScriptedServer.ClosedPort(), ScriptedServer.ClosedPort(), ScriptedServer.ClosedPort() };
        gateway.Publish([CompiledGateway.Service("a", [old.Url, .. ports.Select(static port => $"http://127.0.0.1:{port}")])]);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(("200", "old"), await gateway.GetAsync("a"));
        }

        Assert.Equal(0, gateway.Retries);

        await using var started = ScriptedServer.Answering("new", ports[1]);
        var state = gateway.States.GetOrCreate("a@test");
        await Eventually.TrueAsync(() => !state.Servers[2].IsStarting, "nobody noticed that it listens");
        Assert.Equal(["new", "old"], new[] { (await gateway.GetAsync("a")).Body, (await gateway.GetAsync("a")).Body }.Order(StringComparer.Ordinal));
        Assert.True(state.Servers[1].IsStarting);
        Assert.Equal(0, gateway.Retries);
    }

    [Fact]
    public async Task Without_a_proven_one_a_starting_instance_is_asked()
    {
        await using var old = ScriptedServer.Answering("old");
        await using var gateway = await CompiledGateway.StartAsync();
        var port = ScriptedServer.ClosedPort();
        gateway.Publish([CompiledGateway.Service("a", old.Url)]);
        gateway.Publish([CompiledGateway.Service("a", old.Url, $"http://127.0.0.1:{port}")]);
        gateway.Publish([CompiledGateway.Service("a", $"http://127.0.0.1:{port}")]);
        Assert.Equal("502", (await gateway.GetAsync("a")).Status);

        await using var started = ScriptedServer.Answering("new", port);
        Assert.Equal(("200", "new"), await gateway.GetAsync("a"));
    }

    [Fact]
    public async Task An_instance_that_is_listed_again_has_to_prove_itself_again()
    {
        await using var a = ScriptedServer.Answering("a");
        var port = ScriptedServer.ClosedPort();
        await using var gateway = await CompiledGateway.StartAsync();
        gateway.Publish([CompiledGateway.Service("s", a.Url, $"http://127.0.0.1:{port}")]);
        await using (ScriptedServer.Answering("b", port))
        {
            Assert.Equal(["a", "b"], new[] { (await gateway.GetAsync("s")).Body, (await gateway.GetAsync("s")).Body }.Order(StringComparer.Ordinal));
        }

        gateway.Publish([CompiledGateway.Service("s", a.Url)]);
        gateway.Publish([CompiledGateway.Service("s", a.Url, $"http://127.0.0.1:{port}")]);
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal("a", (await gateway.GetAsync("s")).Body);
        }

        Assert.Equal(0, gateway.Retries);
    }
}
