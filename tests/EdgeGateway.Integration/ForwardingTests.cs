using EdgeGateway.Testbed.Tailscale;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Integration;

/// <summary>From a registration to an answer, through the real executable.</summary>
public sealed class ForwardingTests
{
    [Fact]
    public async Task An_IPv4_client_of_a_port_only_address_is_told_as_IPv4()
    {
        await using var whoami = await Whoami.StartAsync("a");
        await using var stage = await Stage.StartAsync(n => n.Register("a1", "a", whoami.Port, "traefik.http.routers.a.rule=Host(`a.test`)"));
        await stage.Gateway.ListeningAsync(stage.Web);
        Assert.Contains("X-Forwarded-For: 127.0.0.1\n", await stage.GetAsync("a.test"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inline_input_and_output_is_on_with_one_socket_thread_per_processor()
    {
        await using var whoami = await Whoami.StartAsync("a");
        await using var stage = await Stage.StartAsync(n => n.Register("a1", "a", whoami.Port, "traefik.http.routers.a.rule=Host(`a.test`)"));
        await stage.Gateway.ListeningAsync(stage.Web);
        await stage.GetAsync("a.test");
        var names = Directory.GetDirectories($"/proc/{stage.Gateway.Process.Id}/task").Select(static t => File.ReadAllText(t + "/comm").Trim());
        Assert.Equal(Environment.ProcessorCount, names.Count(static n => n == ".NET Sockets"));
    }

    [Fact]
    public async Task The_seeds_flags_and_two_tags_serve_a_trusted_https_answer_and_send_http_there()
    {
        await using var tailscaled = await EmbeddedTailscaled.StartAsync();
        await using var whoami = await Whoami.StartAsync("hashicups");
        var name = tailscaled.DnsName;
        await using var stage = await Stage.StartAsync(
            n => n.Register("h1", "hashicups", whoami.Port,
                $"traefik.http.routers.hashicups.rule=Host(`{name}`)", "traefik.http.routers.hashicups.tls.certResolver=tailscaleresolver"),
            tailscaled);
        await stage.Gateway.ListeningAsync(stage.WebSecure);
        using var trusting = Stage.Client(stage.WebSecure, tailscaled.CaPem);

        // The very first answer already: the entry point waits for the certificate.
        var answer = await Stage.GetAsync(trusting, $"https://{name}/x%2Fy?z");
        Assert.StartsWith("Name: hashicups\nGET /x%2Fy?z ", answer, StringComparison.Ordinal);
        Assert.Contains("X-Forwarded-Proto: https\n", answer, StringComparison.Ordinal);

        // Every port takes TLS; only an entry point on 443 would be preferred to the one asked.
        using var plain = Stage.Client(stage.Web);
        using var redirect = await plain.SendAsync(new(HttpMethod.Get, $"http://{name}/x"), default);
        Assert.Equal(302, (int)redirect.StatusCode);
        Assert.Equal($"https://{name}:{stage.Web}/x", redirect.Headers.Location?.OriginalString);
        using var followed = Stage.Client(stage.Web, tailscaled.CaPem);
        Assert.StartsWith("Name: hashicups\nGET /x ", await Stage.GetAsync(followed, redirect.Headers.Location!.OriginalString), StringComparison.Ordinal);
    }
}
