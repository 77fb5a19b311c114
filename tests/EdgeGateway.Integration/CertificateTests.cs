using System.Diagnostics;
using System.Net.Http;
using EdgeGateway.Testbed.Tailscale;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Integration;

/// <summary>tailscaled's certificates as clients meet them; a client here trusts the stand-in's authority and nothing else.</summary>
public sealed class CertificateTests
{
    private const string Other = "other.tail-test.ts.net";

    [Fact]
    public async Task No_handshake_fails_over_three_lives_of_a_certificate()
    {
        var life = TimeSpan.FromSeconds(8);
        await using var tailscaled = await EmbeddedTailscaled.StartAsync(new TailscaledOptions { Lifetime = life });
        await using var whoami = await Whoami.StartAsync("a");
        await using var stage = await StartAsync(tailscaled, whoami, tailscaled.DnsName);
        await stage.Gateway.ListeningAsync(stage.WebSecure);
        var failures = new List<string>();
        var handshakes = 0;
        for (var begun = Stopwatch.StartNew(); begun.Elapsed < 3 * life; handshakes++)
        {
            if (await FailureAsync(stage, tailscaled, tailscaled.DnsName) is { } failure)
            {
                failures.Add(failure);
            }

            await Task.Delay(50);
        }

        Assert.Equal([], failures);
        Assert.True(handshakes > 50, $"only {handshakes} handshakes");
        Assert.InRange(tailscaled.Orders(tailscaled.DnsName), 3, 20);
    }

    [Fact]
    public async Task A_name_whose_order_hangs_delays_the_start_by_five_seconds_at_most_and_no_other_name()
    {
        await using var tailscaled = await EmbeddedTailscaled.StartAsync(new TailscaledOptions { CertDomains = ["edge.tail-test.ts.net", Other] });
        tailscaled.SetFault(Other, CertFault.Hang);
        await using var whoami = await Whoami.StartAsync("a");
        var begun = Stopwatch.StartNew();
        await using var stage = await StartAsync(tailscaled, whoami, tailscaled.DnsName, Other);
        await stage.Gateway.ListeningAsync(stage.WebSecure);
        Assert.Null(await FailureAsync(stage, tailscaled, tailscaled.DnsName));

        // It waited, for the certificate that never came, and not for long.
        Assert.InRange(begun.Elapsed, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(12));
        await stage.Gateway.LoggedAsync("EG-START-SLOW");
        Assert.NotNull(await FailureAsync(stage, tailscaled, Other));
    }

    [Fact]
    public async Task HTTPS_switched_on_late_is_noticed()
    {
        await using var tailscaled = await EmbeddedTailscaled.StartAsync(new TailscaledOptions { Https = false });
        await using var whoami = await Whoami.StartAsync("a");
        await using var stage = await StartAsync(tailscaled, whoami, tailscaled.DnsName);
        await stage.Gateway.ListeningAsync(stage.WebSecure);
        Assert.NotNull(await FailureAsync(stage, tailscaled, tailscaled.DnsName));
        await stage.Gateway.LoggedAsync("EG-CERT-HTTPS-OFF");
        tailscaled.SetHttps(true);
        await stage.UntilAsync(async () => await FailureAsync(stage, tailscaled, tailscaled.DnsName) is null, TimeSpan.FromSeconds(10));
    }

    private static Task<Stage> StartAsync(EmbeddedTailscaled tailscaled, Whoami whoami, params string[] names) => Stage.StartAsync(
        n =>
        {
            foreach (var (i, name) in names.Index())
            {
                n.Register($"s{i}", $"s{i}", whoami.Port, $"traefik.http.routers.r{i}.rule=Host(`{name}`)",
                    $"traefik.http.routers.r{i}.tls.certResolver=tailscaleresolver");
            }
        },
        tailscaled);

    // A new connection each time.
    private static async Task<string?> FailureAsync(Stage stage, EmbeddedTailscaled tailscaled, string name)
    {
        using var client = Stage.Client(stage.WebSecure, tailscaled.CaPem);
        try
        {
            var text = await Stage.GetAsync(client, $"https://{name}/");
            return text.StartsWith("Name: a\n", StringComparison.Ordinal) ? null : text;
        }
        catch (HttpRequestException e)
        {
            return e.ToString();
        }
    }
}
