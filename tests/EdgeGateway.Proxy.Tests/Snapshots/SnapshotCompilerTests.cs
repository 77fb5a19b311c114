using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Snapshots;
using EdgeGateway.Proxy.Tests.Services;
using EdgeGateway.Proxy.Tls;
using EdgeGateway.Testbed.Upstreams;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Snapshots;

/// <summary>What a change does, seen by a client, by the servers and in the report.</summary>
public sealed class SnapshotCompilerTests
{
    [Fact]
    public async Task A_servers_transport_is_in_force_while_its_provider_has_it()
    {
        await using var server = ScriptedServer.Answering("secret", certificate: DefaultCertificate.Create(TimeProvider.System));
        await using var gateway = await CompiledGateway.StartAsync();
        var service = CompiledGateway.Service("a", server.Url);
        service.Balancer = service.Balancer with { ServersTransport = "own" };

        gateway.Publish([service]);
        Assert.Equal("404", (await gateway.GetAsync("a")).Status);
        Assert.Equal(["servers transport not found own@test [EG-ROUTER-SERVICE]"], gateway.Snapshot.Report.Value.Routers["a@test"].Errors);

        gateway.Publish([service], ("own", new() { InsecureSkipVerify = true }));
        Assert.Equal(("200", "secret"), await gateway.GetAsync("a"));
        Assert.Empty(gateway.Snapshot.Report.Value.Routers["a@test"].Errors);

        gateway.Publish([service], ("own", new() { InsecureSkipVerify = false }));
        Assert.Equal("500", (await gateway.GetAsync("a")).Status); // Traefik's answer to a certificate that is not trusted

        gateway.Publish([service], ("own", new() { RootCAs = ["/nowhere/ca.pem"] }));
        Assert.Equal("404", (await gateway.GetAsync("a")).Status);
        Assert.Contains("own@test", Assert.Single(gateway.Snapshot.Report.Value.Routers["a@test"].Errors), StringComparison.Ordinal);
        Assert.Contains(gateway.Snapshot.Report.Value.Problems, static p => p.Code == "EG-TRANSPORT");

        gateway.Publish([service], ("own", new() { InsecureSkipVerify = true }));
        Assert.Equal("200", (await gateway.GetAsync("a")).Status);
        gateway.Publish([service]);
        Assert.Equal("404", (await gateway.GetAsync("a")).Status);
    }

    [Fact]
    public async Task A_change_of_one_transport_leaves_the_connections_of_the_others()
    {
        await using var server = ScriptedServer.Answering("a");
        await using var gateway = await CompiledGateway.StartAsync();
        var service = CompiledGateway.Service("a", server.Url);
        gateway.Publish([service], ("x", new()));
        await gateway.GetAsync("a");
        for (var i = 1; i < 4; i++)
        {
            gateway.Publish([service], ("x", new() { MaxIdleConnsPerHost = i }));
            await gateway.GetAsync("a");
        }

        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task A_service_that_is_gone_lets_go_of_its_connections_and_finds_its_state_when_it_returns()
    {
        await using var server = ScriptedServer.Answering("a");
        await using var gateway = await CompiledGateway.StartAsync();
        gateway.Publish([CompiledGateway.Service("a", server.Url), CompiledGateway.Service("b", "http://127.0.0.1:1")]);
        await gateway.GetAsync("a");
        Assert.Equal(1, server.Open);
        var state = gateway.States.GetOrCreate("a@test");
        var first = state.Servers[0];

        gateway.Publish([CompiledGateway.Service("b", "http://127.0.0.1:1")]);
        await Eventually.TrueAsync(() => server.Open == 0, "the idle connection stays");
        Assert.Equal("404", (await gateway.GetAsync("a")).Status);

        gateway.Publish([CompiledGateway.Service("a", server.Url)]);
        Assert.Equal(("200", "a"), await gateway.GetAsync("a"));
        Assert.Same(first, Assert.Single(gateway.States.GetOrCreate("a@test").Servers));
        Assert.Equal(1, server.Open);
    }

    [Fact]
    public async Task A_service_whose_url_is_mended_serves()
    {
        await using var server = ScriptedServer.Answering("a");
        await using var gateway = await CompiledGateway.StartAsync();
        gateway.Publish([CompiledGateway.Service("a", "ftp://127.0.0.1:1")]);
        Assert.Equal("404", (await gateway.GetAsync("a")).Status);

        gateway.Publish([CompiledGateway.Service("a", server.Url)]);

        Assert.Equal(("200", "a"), await gateway.GetAsync("a"));
    }

    [Fact]
    public async Task A_server_that_is_our_own_entry_point_is_left_out_with_a_warning()
    {
        await using var server = ScriptedServer.Answering("real");
        await using var gateway = await CompiledGateway.StartAsync();
        var loop = $"http://localhost:{gateway.Port}";

        gateway.Publish([CompiledGateway.Service("a", server.Url, loop), CompiledGateway.Service("b", loop)]);

        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(("200", "real"), await gateway.GetAsync("a"));
        }

        Assert.Equal("503", (await gateway.GetAsync("b")).Status);
        var report = gateway.Snapshot.Report.Value.Services["a@test"];
        Assert.Equal(ElementStatus.Warning, report.Status);
        Assert.Contains(loop, Assert.Single(report.Errors), StringComparison.Ordinal);
        Assert.Contains("\"web\"", report.Errors[0], StringComparison.Ordinal);

        gateway.Publish([CompiledGateway.Service("a", server.Url), CompiledGateway.Service("b", server.Url)]);
        Assert.Equal(ElementStatus.Enabled, gateway.Snapshot.Report.Value.Services["a@test"].Status);
        Assert.Equal(("200", "real"), await gateway.GetAsync("b"));
    }

    [Fact]
    public async Task The_wanted_certificates_are_the_same_list_until_a_name_comes_or_goes()
    {
        await using var gateway = await CompiledGateway.StartAsync();
        var a = Router("Host(`a.test`) || Host(`b.test`)", "ts");
        var before = Publish(("a", a), ("d", Router("Host(`x.test`)", "ts", "main.test"))).Certificates;
        Assert.Equal([new("ts", "a.test"), new("ts", "b.test"), new("ts", "main.test")], before);

        Assert.Same(before, Publish(("a", a), ("d", Router("Host(`x.test`)", "ts", "main.test")), ("plain", Router("Host(`p.test`)", ""))).Certificates);
        Assert.Same(before, Publish(("a", a), ("again", Router("Host(`a.test`)", "ts")), ("d", Router("Host(`x.test`)", "ts", "main.test"))).Certificates);
        Assert.Equal([new("ts", "a.test"), new("ts", "b.test")], Publish(("a", a), ("again", Router("Host(`a.test`)", "ts"))).Certificates);
        Assert.Equal([new("ts", "a.test")], Publish(("again", Router("Host(`a.test`)", "ts"))).Certificates);
        Assert.Empty(Publish().Certificates);

        GatewaySnapshot Publish(params (string Name, HttpRouterConfig Config)[] routers) =>
            gateway.Publish(new HttpConfiguration { Routers = routers.Select(static r => KeyValuePair.Create(r.Name, r.Config)).ToConfigMap() });

        static HttpRouterConfig Router(string rule, string resolver, params string[] mains) => new()
        {
            Rule = rule,
            Service = "none",
            Tls = new() { CertResolver = resolver, Domains = [.. mains.Select(static main => new DomainConfig { Main = main })] },
        };
    }
}
