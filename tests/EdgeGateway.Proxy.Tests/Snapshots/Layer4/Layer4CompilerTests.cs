using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Snapshots;
using Xunit;
using static EdgeGateway.Proxy.Tests.Snapshots.Layer4.Layer4Chain;

namespace EdgeGateway.Proxy.Tests.Snapshots.Layer4;

public sealed class Layer4CompilerTests : IDisposable
{
    private static readonly TcpServiceConfig Good = Servers("127.0.0.1:1");

    private readonly Layer4Chain _chain = new();

    public static TheoryData<TcpRouterConfig, string> BrokenRouters => new()
    {
        { new() { Rule = "HostSNI(`*`)" }, "the service is missing on the router" },
        { new() { Rule = "HostSNI(`*`)", Service = "x" }, "the service \"x@file\" does not exist" },
        { new() { Service = "s" }, "router has no rule" },
        { new() { Rule = "HostSNI(`a.b`)", Service = "s" }, "invalid rule: \"HostSNI(`a.b`)\" , has HostSNI matcher, but no TLS on router" },
        { new() { Rule = "HostSNI(`a.b`", Service = "s", Tls = new() }, "error while parsing rule HostSNI(`a.b`: " },
        { new() { Rule = "HostSNI(`*`)", Service = "s", Priority = long.MaxValue }, "the router priority 9223372036854775807 exceeds the max user-defined priority " },
        { new() { Rule = "HostSNI(`*`)", Service = "s", EntryPoints = ["dns"] }, "no valid entryPoint for this router" },
        { new() { Rule = "HostSNI(`*`)", Service = "s", Middlewares = ["m"] }, "middleware \"m@file\" does not exist" },
        { new() { Rule = "HostSNI(`*`)", Service = "s", Middlewares = ["empty"] }, "empty@file: sourceRange is empty" },
        { new() { Rule = "HostSNI(`*`)", Service = "s", Middlewares = ["typeless"] }, "invalid middleware \"typeless@file\" configuration" },
        { new() { Rule = "HostSNI(`*`)", Service = "bare" }, "the service \"bare@file\" does not have any type defined" },
        { new() { Rule = "HostSNI(`*`)", Service = "both" }, "cannot create service: multi-types service not supported" },
        { new() { Rule = "HostSNI(`*`)", Service = "lost" }, "no transport configuration found for \"nowhere@file\"" },
        { new() { Rule = "HostSNI(`*`)", Service = "spiffe" }, "TCP serversTransport spiffe@file: serversTransport.spiffe is not supported" },
        { new() { Rule = "HostSNI(`*`)", Service = "portless" }, "the server address \"127.0.0.1\" has no port" },
        { new() { Rule = "HostSNI(`*`)", Service = "circle" }, "could not instantiate service circle@file: recursion detected" },
        { new() { Rule = "HostSNI(`*`)", Service = "proxy3" }, "unknown proxyProtocol version: 3" },
    };

    [Theory]
    [MemberData(nameof(BrokenRouters))]
    public void A_fault_costs_the_router_in_which_it_stands_and_is_said_in_its_report(TcpRouterConfig router, string error)
    {
        _chain.Compile(Message(new()
        {
            Routers = Map(("bad", router), ("good", new() { Rule = "HostSNI(`*`)", Service = "s" })),
            Services = Map(
                ("s", Good), ("bare", new()), ("both", Good with { Weighted = new() }),
                ("lost", new() { LoadBalancer = new() { ServersTransport = "nowhere" } }),
                ("spiffe", new() { LoadBalancer = new() { ServersTransport = "spiffe" } }),
                ("portless", Servers("127.0.0.1")),
                ("proxy3", new() { LoadBalancer = new() { ProxyProtocol = new() { Version = 3 } } }),
                ("circle", new() { Weighted = new() { Services = [new() { Name = "circle2" }] } }),
                ("circle2", new() { Weighted = new() { Services = [new() { Name = "circle" }] } })),
            Middlewares = Map(("empty", new() { IpAllowList = new() }), ("typeless", new TcpMiddlewareConfig())),
            ServersTransports = Map(("spiffe", new TcpServersTransportConfig { Tls = new() { Spiffe = new() } })),
        }));
        var report = _chain.Report.TcpRouters["bad@file"];
        Assert.Equal(ElementStatus.Disabled, report.Status);
        Assert.Contains(report.Errors, text => text.StartsWith(error, StringComparison.Ordinal));
        Assert.Equal(ElementStatus.Enabled, _chain.Report.TcpRouters["good@file"].Status);
        Assert.Equal("good@file", Assert.Single(_chain.Tcp.Plain.Routers).Name);
    }

    [Fact]
    public void Reports_show_what_the_API_shows()
    {
        _chain.Compile(Message(new()
        {
            Routers = Map(("r", new TcpRouterConfig { Rule = "HostSNI(`a.test`)", Service = "s", Middlewares = ["m"], Tls = new(), EntryPoints = ["test", "nope"] })),
            Services = Map(("s", Servers("127.0.0.1:5", "127.0.0.1:6"))),
            Middlewares = Map(("m", new TcpMiddlewareConfig { InFlightConn = new() { Amount = 2 } })),
        }));
        var router = _chain.Report.TcpRouters["r@file"];
        Assert.Equal(ElementStatus.Warning, router.Status);
        Assert.Equal(["entryPoint \"nope\" doesn't exist"], router.Errors);
        Assert.Equal(["test"], router.Using);
        Assert.Equal(["m@file"], router.Config.Middlewares);
        Assert.Equal(17, router.Config.Priority);
        Assert.Equal("s@file", router.ServiceName);
        var service = _chain.Report.TcpServices["s@file"];
        Assert.Equal("loadbalancer", service.Type);
        Assert.Equal(["r@file"], service.UsedBy);
        Assert.Equal([KeyValuePair.Create("127.0.0.1:5", true), KeyValuePair.Create("127.0.0.1:6", true)], service.ServerStatus());
        Assert.Equal(["r@file"], _chain.Report.TcpMiddlewares["m@file"].UsedBy);
    }

    [Fact]
    public void Broken_TLS_options_close_the_connections_of_their_router_and_mended_ones_open_them()
    {
        var tcp = One(new() { Rule = "HostSNI(`a.test`)", Tls = new() { Options = "o" } }, Good);
        _chain.Compile(Message(tcp));
        Assert.Equal(ElementStatus.Disabled, _chain.Report.TcpRouters["r@file"].Status);
        Assert.Equal(["unknown TLS options: o@file"], _chain.Report.TcpRouters["r@file"].Errors);
        Assert.Null(_chain.Tcp.MatchTls("a.test", System.Net.IPAddress.Loopback, [])!.TlsOptions.Model);

        _chain.Compile(Message(tcp, tls: new() { Options = Map(("o", new TlsOptionsConfig { MinVersion = "VersionTLS13" })) }));
        Assert.Equal(ElementStatus.Enabled, _chain.Report.TcpRouters["r@file"].Status);
        Assert.NotNull(_chain.Tcp.MatchTls("a.test", System.Net.IPAddress.Loopback, [])!.TlsOptions.Model);
    }

    [Fact]
    public void A_change_of_servers_compiles_no_router_and_is_live()
    {
        var router = new TcpRouterConfig { Rule = "HostSNI(`*`)" };
        _chain.Compile(Message(One(router, Servers("127.0.0.1:1"))));
        var before = _chain.Tcp;
        _chain.Compile(Message(One(router, Servers("127.0.0.1:2"))));
        Assert.Equal((0, 1), _chain.Last);
        Assert.Same(before, _chain.Tcp);
        Assert.True(before.MatchPlain(System.Net.IPAddress.Loopback)!.Service.TryChoose(null, out var target));
        Assert.Equal("127.0.0.1:2", target.Server.Text);
    }

    [Fact]
    public void A_change_elsewhere_compiles_nothing_and_a_member_that_changes_remakes_what_refers_to_it()
    {
        TcpConfiguration Build(TcpServiceConfig member) => new()
        {
            Routers = Map(("r", new TcpRouterConfig { Rule = "HostSNI(`*`)", Service = "w" })),
            Services = Map(("w", new() { Weighted = new() { Services = [new() { Name = "a" }] } }), ("a", member)),
        };
        _chain.Compile(Message(Build(Good)));
        Assert.Equal((1, 0), _chain.Last);
        _chain.Compile(Message(Build(Good)), Message(provider: "nomad"));
        Assert.Equal((0, 1), _chain.Last);
        _chain.Compile(Message(Build(new() { LoadBalancer = Good.LoadBalancer! with { TerminationDelay = 5 } })));
        Assert.Equal((1, 0), _chain.Last);
        Assert.True(_chain.Tcp.MatchPlain(System.Net.IPAddress.Loopback)!.Service.TryChoose(null, out var target));
        Assert.Equal(TimeSpan.FromMilliseconds(5), target.Transport.TerminationDelay);
    }

    [Fact]
    public void A_UDP_entry_point_has_one_router_the_greatest_name_and_the_others_are_told()
    {
        _chain.Compile(
            Message(udp: new()
            {
                Routers = Map(
                    ("a", new() { Service = "s" }), ("b", new() { Service = "s", EntryPoints = ["dns"] }),
                    ("lost", new() { Service = "none" }), ("tcp", new() { Service = "s", EntryPoints = ["test"] }), ("zz", new UdpRouterConfig())),
                Services = Map(("s", UdpServers("127.0.0.1:1"))),
            }));
        var reports = _chain.Report.UdpRouters;
        Assert.Equal("b@file", _chain.Snapshots.Current.Udp["dns"].Name);
        Assert.Equal("a@file", _chain.Snapshots.Current.Udp["dns2"].Name);
        Assert.Equal(ElementStatus.Enabled, reports["b@file"].Status);
        Assert.Equal(ElementStatus.Warning, reports["a@file"].Status);
        Assert.Equal(["the UDP service \"none@file\" does not exist"], reports["lost@file"].Errors);
        Assert.Equal(["entryPoint \"test\" doesn't exist", "no valid entryPoint for this router"], reports["tcp@file"].Errors);
        Assert.Equal(["the service is missing on the udp router"], reports["zz@file"].Errors);
        Assert.Equal(["a@file", "b@file", "tcp@file"], _chain.Report.UdpServices["s@file"].UsedBy);
    }

    public void Dispose() => _chain.Dispose();
}
