using System.Net;
using System.Text.Json;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Tcp;
using EdgeGateway.Proxy.Tests.Snapshots;
using EdgeGateway.Proxy.Tests.Tls;
using EdgeGateway.Proxy.Tls.Options;
using EdgeGateway.Rules.Http;
using EdgeGateway.Rules.Tcp;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Tcp;

/// <summary>The whole of tcp-routing.json: which router takes a connection, TCP and HTTP side by side on one entry point.</summary>
public sealed class TcpRoutingTests
{
    /// <summary>No resolver here answers the challenge, so such a connection goes where its name leads.</summary>
    private const string Deviation = "Test_Routing#2";

    private static readonly IPAddress Peer = IPAddress.Parse("192.0.2.1");

    public static TheoryData<string> Cases()
    {
        var data = new TheoryData<string>();
        foreach (var item in Corpus.Json("conformance/tcp-routing.json").EnumerateArray())
        {
            data.Add(item.GetProperty("id").GetString()!);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_client_of_the_corpus_reaches_whom_it_reached_in_Traefik(string id)
    {
        var test = Corpus.Json("conformance/tcp-routing.json").EnumerateArray().Single(item => item.GetProperty("id").GetString() == id);
        var routers = test.GetProperty("routers").EnumerateArray().ToList();
        var routing = Build(routers);
        var https = Https(routers);
        foreach (var check in test.GetProperty("checks").EnumerateArray())
        {
            var client = check.GetProperty("client").GetString()!;
            var expected = check.GetProperty("expectSuccess").GetBoolean();
            var succeeds = Outcome(client, routing, https);
            Assert.True(succeeds == (id == Deviation ? !expected : expected), $"{id}: {check}");
        }
    }

    [Fact]
    public void A_catch_all_with_the_highest_priority_still_yields_to_HTTP_routers_for_any_host()
    {
        var catchAll = Model("c", "HostSNI(`*`)", new(), priority: 1000);
        var named = Model("n", "HostSNI(`a.test`)", new());
        TcpRouting Routing(params IReadOnlyList<string>[] https) => new(TcpRoutes.Empty, TcpRoutes.Build([catchAll, named]), HttpsHosts.None.With([], https));
        Assert.Same(catchAll, Routing().MatchTls("a.test", Peer, []));
        Assert.Null(Routing([[]]).MatchTls("a.test", Peer, []));
        Assert.Same(catchAll, Routing(["b.test"]).MatchTls("a.test", Peer, []));
        Assert.Null(Routing(["*.test"]).MatchTls("a.test", Peer, []));
        Assert.Same(catchAll, Routing(["*.test"]).MatchTls("a.b.test", Peer, []));
        Assert.Same(catchAll, Routing([[]]).MatchStartTls("a.test", Peer, []));
    }

    [Fact]
    public void Routers_are_tried_by_priority_whether_they_name_a_host_or_not_and_matching_allocates_nothing()
    {
        TcpRouterModel[] routers =
        [
            Model("exact", "HostSNI(`a.x.test`)", new()), Model("wild", "HostSNI(`*.x.test`)", new(), 18),
            Model("alpn", "HostSNI(`*`) && ALPN(`foo`)", new()), Model("regex", "HostSNIRegexp(`^[ab]\\.y\\.test$`)", new()),
            Model("star", "HostSNI(`*`)", new()),
        ];
        var routes = TcpRoutes.Build(routers);
        string? Match(string name, params string[] alpn) => routes.Match(name, Peer, alpn)?.Name;
        Assert.Equal("alpn", Match("a.x.test", "foo"));
        Assert.Equal("exact", Match("a.x.test"));
        Assert.Equal("wild", Match("b.x.test"));
        Assert.Equal("star", Match("b.b.x.test"));
        Assert.Equal("regex", Match("b.y.test"));
        Assert.Equal("star", Match(""));
        string[] none = [];
        routes = TcpRoutes.Build(routers.Where(static r => r.Name != "regex")); // an automaton of .NET allocates for itself
        routes.Match("b.x.test", Peer, none);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            routes.Match("b.x.test", Peer, none);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static bool Outcome(string client, TcpRouting routing, TlsHostTable https)
    {
        var version = client.Contains("TLS 1.2", StringComparison.Ordinal) ? "tls12" : "tls10";
        if (client.StartsWith("plain TCP, client speaks first", StringComparison.Ordinal))
        {
            return routing.MatchPlain(Peer) is not null;
        }

        if (client.StartsWith("plain TCP, server speaks first", StringComparison.Ordinal))
        {
            return routing.RoutesUnread && routing.MatchPlain(Peer) is not null;
        }

        if (client.StartsWith("plain HTTP", StringComparison.Ordinal))
        {
            return routing.MatchPlain(Peer) is null;
        }

        if (client.StartsWith("TLS client offering only ALPN acme-tls/1", StringComparison.Ordinal))
        {
            return routing.MatchTls("", Peer, ["acme-tls/1"]) is null;
        }

        // A router without TLS that takes everything unread gets TLS as it is: no handshake with us.
        var router = routing.RoutesUnread ? null : routing.MatchTls("foo.bar", Peer, []);
        if (client.StartsWith("TLS with SNI foo.bar", StringComparison.Ordinal))
        {
            return router?.Config.Tls?.Options == version;
        }

        Assert.StartsWith("HTTPS GET for host foo.bar", client);
        return router is null && !routing.RoutesUnread && https.Find("foo.bar").Name == version;
    }

    private static TcpRouting Build(List<JsonElement> routers)
    {
        var tcp = routers.Where(static r => r.GetProperty("protocol").GetString() == "tcp").Select(static (r, i) => Model(
            $"r{i}", r.GetProperty("rule").GetString()!,
            r.GetProperty("tls") is { ValueKind: JsonValueKind.Object } tls
                ? new() { Options = tls.GetProperty("options").GetString(), Passthrough = tls.TryGetProperty("passthrough", out var p) && p.GetBoolean() }
                : null)).ToList();
        return new(
            TcpRoutes.Build(tcp.Where(static r => !r.IsTls)), TcpRoutes.Build(tcp.Where(static r => r.IsTls)),
            HttpsHosts.None.With([], HttpsRouters(routers).Select(static r => HttpRule.Parse(r.GetProperty("rule").GetString()!).Domains)));
    }

    /// <summary>In these cases <c>default</c> is TLS 1.0.</summary>
    private static TlsHostTable Https(List<JsonElement> routers) => new(
        HttpsRouters(routers).SelectMany(static r => HttpRule.Parse(r.GetProperty("rule").GetString()!).Domains.Select(domain => KeyValuePair.Create(
            domain, new TlsOptionsEntry(r.GetProperty("tls").GetProperty("options").GetString()!, new(), TlsOptionsModel.Default, null)))),
        new TlsOptionsEntry("tls10", new(), TlsOptionsModel.Default, null));

    private static IEnumerable<JsonElement> HttpsRouters(List<JsonElement> routers) => routers.Where(static r =>
        r.GetProperty("protocol").GetString() == "http" && r.GetProperty("tls").ValueKind == JsonValueKind.Object);

    private static TcpRouterModel Model(string name, string rule, TcpRouterTlsConfig? tls, long? priority = null) => new()
    {
        Name = name,
        Config = new() { Rule = rule, Tls = tls },
        Rule = TcpRule.Parse(rule),
        Priority = priority ?? TcpRule.PriorityOf(rule),
        Middlewares = [],
        TlsOptions = TlsOptionsEntry.BuiltIn,
        Service = new TcpWeightedModel("none", []),
    };
}
