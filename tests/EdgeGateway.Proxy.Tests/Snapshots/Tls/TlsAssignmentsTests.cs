using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Snapshots;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Snapshots.Tls;

public sealed class TlsAssignmentsTests : IDisposable
{
    private readonly CompilerStage _stage = new(["web", "other"], ["web"]);

    [Fact]
    public void A_host_gets_the_options_of_its_router_and_others_the_default()
    {
        var snapshot = Compile(("a", "Host(`A.test`)", "own"), ("b", "Host(`b.test`)", null));

        Assert.Equal("own@file", snapshot["web"].TlsHosts.Find("a.test").Name);
        Assert.Equal("default", snapshot["web"].TlsHosts.Find("b.test").Name);
        Assert.True(snapshot["other"].TlsHosts.IsEmpty);
        Assert.True(snapshot["web"].IsMisdirected("default", Router(snapshot, "a@file")));
        Assert.False(snapshot["web"].IsMisdirected("own@file", Router(snapshot, "a@file")));
        Assert.True(snapshot["web"].IsMisdirected("own@file", Router(snapshot, "b@file")));
    }

    [Fact]
    public void Routers_of_one_host_that_do_not_agree_all_get_the_default_until_they_do()
    {
        var snapshot = Compile(("a", "Host(`x.test`) && Path(`/1`)", "own"), ("b", "Host(`x.test`) && Path(`/2`)", null));

        Assert.Equal("default", snapshot["web"].TlsHosts.Find("x.test").Name);
        Assert.False(snapshot["web"].IsMisdirected("default", Router(snapshot, "a@file")));
        Assert.True(snapshot["web"].IsMisdirected("own@file", Router(snapshot, "a@file")));
        var problem = Assert.Single(snapshot.Report.Value.Problems);
        Assert.Equal("EG-TLS-CONFLICT", problem.Code);
        Assert.Contains("a@file, b@file", problem.Message, StringComparison.Ordinal);

        snapshot = Compile(("a", "Host(`x.test`) && Path(`/1`)", "own"));
        Assert.Equal("own@file", snapshot["web"].TlsHosts.Find("x.test").Name);
        Assert.Empty(snapshot.Report.Value.Problems);
    }

    [Fact]
    public void Options_of_a_router_without_host_cannot_be_applied()
    {
        var snapshot = Compile(("a", "PathPrefix(`/`)", "own"));

        Assert.Equal("default", snapshot["web"].TlsHosts.Find("x.test").Name);
        Assert.False(snapshot["web"].IsMisdirected("default", Router(snapshot, "a@file")));
        Assert.Contains("no domain", Assert.Single(snapshot.Report.Value.Problems).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("missing", "unknown TLS options: missing@file")]
    [InlineData("broken", "unknown TLS options: broken@file: invalid CipherSuite: NOPE")]
    public void An_unknown_or_broken_set_disables_its_router_and_closes_its_hosts(string options, string error)
    {
        var snapshot = Compile(("a", "Host(`a.test`)", options), ("b", "Host(`b.test`)", null));

        Assert.Null(snapshot["web"].TlsHosts.Find("a.test").Model);
        Assert.NotNull(snapshot["web"].TlsHosts.Find("b.test").Model);
        var report = snapshot.Report.Value.Routers["a@file"];
        Assert.Equal(ElementStatus.Disabled, report.Status);
        Assert.StartsWith(error, Assert.Single(report.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void A_default_set_of_the_user_holds_for_every_connection_and_a_broken_one_closes_them()
    {
        Assert.Equal("VersionTLS13", Compile(new TlsOptionsConfig { MinVersion = "VersionTLS13" })["web"].TlsHosts.Find("any.test").Config.MinVersion);

        var broken = Compile(new TlsOptionsConfig { CipherSuites = ["NOPE"] }, ("a", "Host(`a.test`)", null));
        Assert.Null(broken["web"].TlsHosts.Find("any.test").Model);
        Assert.Equal(ElementStatus.Disabled, broken.Report.Value.Routers["a@file"].Status);

        var mended = Compile(("a", "Host(`a.test`)", null));
        Assert.True(mended["web"].TlsHosts.IsEmpty);
        Assert.Equal(ElementStatus.Enabled, mended.Report.Value.Routers["a@file"].Status);
    }

    [Fact]
    public void A_set_whose_settings_stay_keeps_its_object()
    {
        var before = Compile(("a", "Host(`a.test`)", "own"))["web"].TlsHosts.Find("a.test");
        Assert.Same(before, Compile(("a", "Host(`a.test`)", "own"), ("b", "Host(`b.test`)", null))["web"].TlsHosts.Find("a.test"));
    }

    [Property(MaxTest = 200)]
    public Property Changes_one_after_the_other_end_where_the_last_state_alone_would() => Prop.ForAll(
        (from name in Gen.Elements("a", "b", "c", "d", "e")
         from rule in Gen.Elements(
             "Host(`x.test`)", "Host(`y.test`)", "Host(`x.test`) || Host(`z.test`)", "Host(`z.test`) || Host(`y.test`) || Host(`*.w.test`)", "PathPrefix(`/`)", "!Host(`x.test`)")
         from options in Gen.Elements("own", "other", "missing", null, null)
         select (name, rule, options)).ListOf(4).ListOf(6).ToArbitrary(),
        states =>
        {
            using var stage = new CompilerStage(["web", "other"], ["web"]);
            foreach (var state in states)
            {
                var routers = state.DistinctBy(static router => router.name).ToArray();
                var message = Message(null, routers) with
                {
                    Configuration = Message(null, routers).Configuration with
                    {
                        Tcp = new()
                        {
                            Routers = new[] { KeyValuePair.Create("t", new TcpRouterConfig { Rule = "HostSNI(`*`)", Service = "s", Tls = new() }) }.ToConfigMap(),
                            Services = new[] { KeyValuePair.Create("s", new TcpServiceConfig { LoadBalancer = new() }) }.ToConfigMap(),
                        },
                    },
                };
                using var fresh = new CompilerStage(["web", "other"], ["web"]);
                var (now, expected) = (stage.Compiler.Compile([message]), fresh.Compiler.Compile([message]));
                Assert.Equal(expected.Report.Value.Problems, now.Report.Value.Problems);
                Assert.Equal(expected["web"].WithoutOwnTls.Order(), now["web"].WithoutOwnTls.Order());
                foreach (var host in new[] { "x.test", "y.test", "z.test", "v.w.test", "any.test" })
                {
                    Assert.Equal(expected["web"].TlsHosts.Find(host).Name, now["web"].TlsHosts.Find(host).Name);
                    Assert.Equal(Takes(expected, host), Takes(now, host));
                }
            }

            static bool Takes(GatewaySnapshot snapshot, string host) => snapshot.Tcp["web"].MatchTls(host, System.Net.IPAddress.Loopback, []) is not null;
        });

    public void Dispose() => _stage.Dispose();

    private static Proxy.Routing.HttpRouterModel Router(GatewaySnapshot snapshot, string name) => snapshot["web"].Tls.Routers.Single(r => r.Name == name);

    private GatewaySnapshot Compile(params (string Name, string Rule, string? Options)[] routers) => Compile(null, routers);

    private GatewaySnapshot Compile(TlsOptionsConfig? otherwise, params (string Name, string Rule, string? Options)[] routers)
    {
        var snapshot = _stage.Compiler.Compile([Message(otherwise, routers)]);
        if (routers.All(static r => r.Options != "broken") && otherwise?.CipherSuites.Count is not > 0)
        {
            Assert.DoesNotContain(snapshot.Report.Value.Problems, static p => p.Code == "EG-TLS-OPTIONS");
        }

        return snapshot;
    }

    private static ProviderMessage Message(TlsOptionsConfig? otherwise, params (string Name, string Rule, string? Options)[] routers)
    {
        var sets = new List<KeyValuePair<string, TlsOptionsConfig>>
        {
            new("own", new() { SniStrict = true }), new("other", new() { MinVersion = "VersionTLS13" }), new("broken", new() { CipherSuites = ["NOPE"] }),
        };
        if (otherwise is not null)
        {
            sets.Add(new("default", otherwise));
        }

        var http = new HttpConfiguration
        {
            Routers = routers.Select(static r => KeyValuePair.Create(
                r.Name, new HttpRouterConfig { Rule = r.Rule, Service = "s", Tls = new() { Options = r.Options } })).ToConfigMap(),
            Services = new[] { KeyValuePair.Create("s", new HttpServiceConfig { LoadBalancer = new() }) }.ToConfigMap(),
        };
        var tls = new TlsConfiguration { Options = sets.Where(set => set.Key != "broken" || routers.Any(static r => r.Options == "broken")).ToConfigMap() };
        return new("file", new() { Http = http, Tls = tls }, ConfigList<ConfigurationProblem>.Empty);
    }
}
