using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Snapshots;
using EdgeGateway.Proxy.Snapshots.Routers;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Snapshots.Routers;

public sealed class RouterFaultsTests : IDisposable
{
    private const string Service = "traefik.http.services.web.loadbalancer.server.url=http://127.0.0.1:1";

    private readonly TestCompiler _compiler = new(null, "tailscaleresolver");

    [Theory]
    [InlineData("traefik.http.routers.r.middlewares=strp", "middleware \"strp@nomad\" does not exist; did you mean \"strip@nomad\"? [EG-ROUTER-MIDDLEWARE] ({0}middlewares)")]
    [InlineData("traefik.http.routers.r.middlewares=auth", "middleware \"auth@nomad\" does not exist; did you mean \"auth@file\"? [EG-ROUTER-MIDDLEWARE] ({0}middlewares)")]
    [InlineData("traefik.http.routers.r.middlewares=strip@nomda", "middleware \"strip@nomda\" does not exist; did you mean \"strip@nomad\"? [EG-ROUTER-MIDDLEWARE] ({0}middlewares)")]
    [InlineData("traefik.http.routers.r.middlewares=xyzzy", "middleware \"xyzzy@nomad\" does not exist [EG-ROUTER-MIDDLEWARE] ({0}middlewares)")]
    [InlineData("traefik.http.routers.r.service=wep", "the service \"wep@nomad\" does not exist; did you mean \"web@nomad\"? [EG-ROUTER-SERVICE] ({0}service)")]
    [InlineData("traefik.http.routers.r.entrypoints=websecur", "entryPoint \"websecur\" doesn't exist; did you mean \"websecure\"? [EG-ROUTER-ENTRYPOINT] ({0}entrypoints)")]
    [InlineData("traefik.http.routers.r.tls.options=modern", "unknown TLS options: modern@nomad; did you mean \"modern@file\"? [EG-ROUTER-TLS] ({0}tls.options)")]
    [InlineData("traefik.http.routers.r.priority=9223372036854774808", "the router priority 9223372036854774808 exceeds the max user-defined priority 9223372036854774807 [EG-ROUTER-PRIORITY] ({0}priority)")]
    public void A_fault_has_Traefiks_words_a_hint_a_code_and_the_address_of_its_tag(string label, string error)
    {
        var report = Report(label);

        Assert.Equal(ElementStatus.Disabled, report.Status);
        Assert.Equal(string.Format(null, error, "provider nomad, job job-of-r, tag traefik.http.routers.r."), report.Errors[0]);
    }

    [Fact]
    public void A_fault_of_the_rule_shows_its_place_below_the_line_that_is_logged()
    {
        var report = Report("traefik.http.routers.r.rule=Host(`a`) && Headers(`Content-Type`, `application/grpc`)");

        var lines = Assert.Single(report.Errors).Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.StartsWith("error while parsing rule Host(`a`) && Headers(`Content-Type`, `application/grpc`): 1:14: unknown matcher Headers", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("[EG-RULE-MATCHER] (provider nomad, job job-of-r, tag traefik.http.routers.r.rule)", lines[0], StringComparison.Ordinal);
        Assert.Equal("Headers", lines[1][lines[2].IndexOf('^', StringComparison.Ordinal)..][..7]);
        Assert.Equal($"Error: Router r@nomad: {lines[0]}", Assert.Single(_compiler.Log));
    }

    [Fact]
    public void A_fault_names_the_allocation_that_is_there_now_and_is_not_logged_again_for_it()
    {
        static ProviderMessage Of(string allocation, string address) => TestCompiler.Message(
            "nomad", "traefik.http.routers.r.rule=Host(`a`) && Hots(`b`)", "traefik.http.routers.r.service=s", $"traefik.http.services.s.loadbalancer.server.url=http://{address}",
            "traefik.tcp.routers.t.rule=HostSNI(`*`)", "traefik.tcp.routers.t.service=none", "traefik.udp.routers.u.service=none") with
        {
            OriginOf = (kind, name, option) => new("job", $"allocation {allocation}, tag {kind}.{name}.{option}"),
        };
        _compiler.Compile(Of("one", "127.0.0.1:1"));
        var said = _compiler.Log.Count;
        var report = _compiler.Compile(Of("two", "127.0.0.1:2")).Report.Value;

        Assert.Contains("(allocation two, tag http.routers.r.rule)\n", Assert.Single(report.Routers["r@nomad"].Errors), StringComparison.Ordinal);
        Assert.EndsWith("(allocation two, tag tcp.routers.t.)", report.TcpRouters["t@nomad"].Errors[^1], StringComparison.Ordinal);
        Assert.EndsWith("(allocation two, tag udp.routers.u.)", report.UdpRouters["u@nomad"].Errors[^1], StringComparison.Ordinal);
        Assert.Equal(said, _compiler.Log.Count);
    }

    [Fact]
    public void A_fault_is_logged_once_until_it_changes()
    {
        Report("traefik.http.routers.r.middlewares=strp");
        Report("traefik.http.routers.r.middlewares=strp", "traefik.http.services.other.loadbalancer.server.url=http://127.0.0.1:2");
        Assert.Single(_compiler.Log);

        Report("traefik.http.routers.r.middlewares=strp,nope");
        Assert.Equal(2, _compiler.Log.Count);

        Report("traefik.http.routers.r.middlewares=strip");
        Report("traefik.http.routers.r.middlewares=strp");
        Assert.Equal(3, _compiler.Log.Count);
    }

    [Fact]
    public void An_unknown_resolver_or_a_template_of_v2_is_a_warning_and_the_router_serves()
    {
        var resolver = Report("traefik.http.routers.r.tls.certresolver=tailscalresolver");
        Assert.Equal(ElementStatus.Warning, resolver.Status);
        Assert.StartsWith(
            "Router uses a nonexistent certificate resolver \"tailscalresolver\"; did you mean \"tailscaleresolver\"? [EG-ROUTER-RESOLVER]",
            Assert.Single(resolver.Errors), StringComparison.Ordinal);

        var template = Report("traefik.http.routers.r.rule=HostRegexp(`{sub:[a-z]+}.example.com`)");
        Assert.Equal(ElementStatus.Warning, template.Status);
        Assert.Contains("[EG-RULE-TEMPLATE]", Assert.Single(template.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Faults_of_TCP_and_UDP_routers_have_their_address_too()
    {
        var report = _compiler.Compile(TestCompiler.Message(
            "nomad", "traefik.tcp.routers.db.rule=HostSNI(`a.test`) && Hots(`b`)", "traefik.tcp.routers.db.service=s", "traefik.tcp.routers.db.tls=true",
            "traefik.tcp.routers.other.rule=HostSNI(`*`)", "traefik.tcp.routers.other.service=s", "traefik.tcp.routers.other.entrypoints=wep,web",
            "traefik.udp.routers.dns.service=s", "traefik.udp.routers.dns.entrypoints=web")).Report.Value;

        var rule = report.TcpRouters["db@nomad"].Errors.Single(static e => e.Contains("EG-RULE", StringComparison.Ordinal)).Split('\n');
        Assert.EndsWith("[EG-RULE-MATCHER] (provider nomad, job job-of-db, tag traefik.tcp.routers.db.rule)", rule[0], StringComparison.Ordinal);
        Assert.Equal("Hots", rule[1][rule[2].IndexOf('^', StringComparison.Ordinal)..][..4]);
        Assert.Contains(
            "entryPoint \"wep\" doesn't exist; did you mean \"web\"? (provider nomad, job job-of-other, tag traefik.tcp.routers.other.)", report.TcpRouters["other@nomad"].Errors);
        Assert.All(report.UdpRouters["dns@nomad"].Errors, static e => Assert.Contains("job job-of-dns", e, StringComparison.Ordinal));
        Assert.DoesNotContain(_compiler.Log, static line => line.Contains('\n', StringComparison.Ordinal));
    }

    [Fact]
    public void A_change_that_breaks_thousands_of_references_searches_for_some_and_tells_all()
    {
        var labels = Enumerable.Range(0, 2000).SelectMany(static i => new[]
        {
            $"traefik.http.routers.r{i}.rule=Host(`h{i}`)", $"traefik.http.routers.r{i}.service=web", $"traefik.http.routers.r{i}.middlewares=m{i % 10}x",
        });

        var report = _compiler.Compile(TestCompiler.Message(
            "nomad", [Service, .. labels, .. Enumerable.Range(0, 10).Select(static i => $"traefik.http.middlewares.m{i}.addprefix.prefix=/x")])).Report.Value;

        Assert.Equal(2000, report.Routers.Values.Count(static r => r.Status == ElementStatus.Disabled));
        Assert.Equal(50, report.Routers.Values.Count(static r => r.Errors[0].Contains("did you mean", StringComparison.Ordinal)));
    }

    public void Dispose() => _compiler.Dispose();

    private RouterReport Report(params string[] labels)
    {
        string[] rule = labels.Any(static l => l.Contains(".rule=", StringComparison.Ordinal)) ? [] : ["traefik.http.routers.r.rule=Host(`a`)"];
        string[] service = labels.Any(static l => l.Contains(".routers.r.service=", StringComparison.Ordinal)) ? [] : ["traefik.http.routers.r.service=web"];
        var nomad = TestCompiler.Message("nomad", [.. rule, .. service, Service, "traefik.http.middlewares.strip.stripprefix.prefixes=/x", .. labels]);
        var file = TestCompiler.Message("file", "traefik.http.middlewares.auth.addprefix.prefix=/y");
        file = file with
        {
            Configuration = file.Configuration with
            {
                Tls = new() { Options = new[] { KeyValuePair.Create("modern", new TlsOptionsConfig()) }.ToConfigMap() },
            },
        };
        return _compiler.Compile(file, nomad).Report.Value.Routers["r@nomad"];
    }
}
