using EdgeGateway.Testbed.Nomad;
using EdgeGateway.Testbed.Tailscale;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Integration;

/// <summary>The seed's two tags under both prefixes, through the executable (design decision 16).</summary>
public sealed class TagPrefixTests
{
    private const string Name = "firefly-sub03.west-beta.ts.net";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    public static TheoryData<string, string, bool> Cases => new()
    {
        // Prefix of the tags, option, served
        { "traefik", "", true },
        { "edge", "", true },
        { "edge", "--providers.nomad.prefix=edge", true },
        { "traefik", "--providers.nomad.prefix=edge", false },
        { "traefik", "--providers.nomad.prefix=gate", false },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_tags_of_the_seed_serve_under_either_prefix(string prefix, string option, bool served)
    {
        await using var web = await Whoami.StartAsync("nginx");
        await using var stage = await Stage.StartAsync(
            n => n.Register("nginx1", "nginx", web.Port, $"{prefix}.http.routers.hashicups.rule=Host(`{Name}`)", $"{prefix}.http.routers.hashicups.tls=true"),
            more: option.Length == 0 ? [] : [option]);
        await stage.Gateway.ListeningAsync(stage.WebSecure);

        using var client = Stage.Client(stage.WebSecure);
        await stage.UntilAsync(async () => (await Stage.GetAsync(client, $"https://{Name}/")).StartsWith(served ? "Name: nginx" : "404", StringComparison.Ordinal), Soon);
    }

    [Fact]
    public async Task An_edge_tag_wins_over_the_same_traefik_tag_and_leaves_the_others()
    {
        await using var web = await Whoami.StartAsync("nginx");
        await using var stage = await Stage.StartAsync(n => n.Register("nginx1", "nginx", web.Port,
            "traefik.http.routers.r.rule=Host(`old.test`)", "edge.http.routers.r.rule=Host(`new.test`)", "traefik.http.routers.r.middlewares=m",
            "traefik.http.middlewares.m.headers.customresponseheaders.X-M=1"));
        await stage.Gateway.ListeningAsync(stage.Web);

        await stage.UntilAsync(async () => (await stage.GetAsync("new.test")).StartsWith("Name: nginx", StringComparison.Ordinal), Soon);
        Assert.Equal("404", await stage.GetAsync("old.test"));
        Assert.Equal(["m@nomad"], (await stage.ApiAsync("/api/http/routers/r@nomad")).GetProperty("middlewares").EnumerateArray().Select(static m => m.GetString()));
    }

    [Fact]
    public async Task The_nodes_short_name_is_led_to_the_full_one_that_tailscaled_tells()
    {
        await using var web = await Whoami.StartAsync("nginx");
        await using var tailscaled = await EmbeddedTailscaled.StartAsync();
        var name = tailscaled.DnsName.TrimEnd('.');
        await using var stage = await Stage.StartAsync(
            n => n.Register("nginx1", "nginx", web.Port, $"traefik.http.routers.r.rule=Host(`{name}`)", "traefik.http.routers.r.tls.certResolver=tailscaleresolver"), tailscaled);
        await stage.Gateway.ListeningAsync(stage.Web);

        using var client = Stage.Client(stage.Web);
        await stage.UntilAsync(
            async () =>
            {
                using var answer = await client.SendAsync(new(HttpMethod.Get, $"http://{name.Split('.')[0]}/x"), CancellationToken.None);
                return answer.Headers.Location?.ToString() is { } location && location.StartsWith($"https://{name}:", StringComparison.Ordinal)
                    && location.EndsWith("/x", StringComparison.Ordinal);
            },
            Soon);
    }

    [Fact]
    public async Task The_nodes_short_name_is_nobodys_where_the_redirect_is_switched_off()
    {
        await using var web = await Whoami.StartAsync("nginx");
        await using var tailscaled = await EmbeddedTailscaled.StartAsync();
        var name = tailscaled.DnsName.TrimEnd('.');
        await using var stage = await Stage.StartAsync(
            n => n.Register("nginx1", "nginx", web.Port, $"traefik.http.routers.r.rule=Host(`{name}`)", "traefik.http.routers.r.tls.certResolver=tailscaleresolver"),
            tailscaled, more: ["--edge.redirectShortName=false"]);
        await stage.Gateway.ListeningAsync(stage.Web, stage.WebSecure);

        // Once tailscaled's certificate is served, the node's name is known.
        using var trusting = Stage.Client(stage.WebSecure, tailscaled.CaPem);
        await stage.UntilAsync(
            async () =>
            {
                try
                {
                    return (await Stage.GetAsync(trusting, $"https://{name}/")).StartsWith("Name: nginx", StringComparison.Ordinal);
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            Soon);

        Assert.Equal("404", await stage.GetAsync(name.Split('.')[0], "/x"));
        Assert.Equal("302", await stage.GetAsync(name, "/x"));
    }
}
