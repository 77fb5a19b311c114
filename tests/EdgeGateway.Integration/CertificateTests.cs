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
    public async Task A_name_whose_order_hangs_delays_the_start_by_edge_startTimeout_at_most_and_no_other_name()
    {
        await using var tailscaled = await EmbeddedTailscaled.StartAsync(new TailscaledOptions { CertDomains = ["edge.tail-test.ts.net", Other] });
        tailscaled.SetFault(Other, CertFault.Hang);
        await using var whoami = await Whoami.StartAsync("a");
        var begun = Stopwatch.StartNew();
        await using var stage = await StartAsync(tailscaled, whoami, "--edge.startTimeout=5s", tailscaled.DnsName, Other);
        await stage.Gateway.ListeningAsync(stage.WebSecure);
        Assert.Null(await FailureAsync(stage, tailscaled, tailscaled.DnsName));

        // It waited for the certificate that never came, and not for ever.
        Assert.True(begun.Elapsed > TimeSpan.FromSeconds(5), $"after {begun.Elapsed}");
        await stage.Gateway.LoggedAsync("EG-START-SLOW");
        Assert.NotNull(await FailureAsync(stage, tailscaled, Other));
    }

    private static Task<Stage> StartAsync(EmbeddedTailscaled tailscaled, Whoami whoami, string flag, params string[] names) => Stage.StartAsync(
        n =>
        {
            foreach (var (i, name) in names.Index())
            {
                n.Register($"s{i}", $"s{i}", whoami.Port, $"traefik.http.routers.r{i}.rule=Host(`{name}`)",
                    $"traefik.http.routers.r{i}.tls.certResolver=tailscaleresolver");
            }
        },
        tailscaled, [flag]);

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
