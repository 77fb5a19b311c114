using System.Collections.Concurrent;
using System.Net;
using System.Security.Authentication;
using EdgeGateway.Testbed;
using EdgeGateway.Testbed.Nomad;
using EdgeGateway.Testbed.Tailscale;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Integration;

/// <summary>A restart under load: whoever gets a connection gets his route, and the right certificate.</summary>
public sealed class RestartTests
{
    [Fact]
    public async Task A_restart_answers_neither_404_for_a_known_route_nor_with_the_self_signed_certificate()
    {
        await using var tailscaled = await EmbeddedTailscaled.StartAsync(new TailscaledOptions { OrderTime = TimeSpan.FromMilliseconds(300) });
        await using var whoami = await Whoami.StartAsync("a");
        await using var nomad = await EmbeddedNomad.StartAsync();
        for (var i = 0; i < 200; i++)
        {
            nomad.Register($"o{i}", $"o{i}", whoami.Port, $"traefik.http.routers.o{i}.rule=Host(`o{i}.test`)");
        }

        nomad.Register("a1", "a", whoami.Port,
            "traefik.http.routers.a.rule=Host(`a.test`)", "traefik.http.routers.a.entrypoints=web",
            $"traefik.http.routers.s.rule=Host(`{tailscaled.DnsName}`)", "traefik.http.routers.s.tls.certResolver=tailscaleresolver",
            "traefik.http.routers.s.entrypoints=websecure");
        var (web, webSecure) = (Ports.Free(), Ports.Free());
        string[] flags =
        [
            $"--entrypoints.web.address=127.0.0.1:{web}", $"--entrypoints.websecure.address=127.0.0.1:{webSecure}",
            "--providers.nomad=true", $"--providers.nomad.endpoint.address={nomad.Url}", "--certificatesresolvers.tailscaleresolver.tailscale=true",
        ];
        Dictionary<string, string> environment = new() { ["TS_SOCKET"] = tailscaled.SocketPath };
        var wrong = new ConcurrentBag<string>();
        var good = new ConcurrentDictionary<(int Port, int Life), int>();
        var life = 0;
        using var end = new CancellationTokenSource();
        Task[] load =
        [
            .. Enumerable.Range(0, 2).SelectMany(_ => new[]
            {
                AskAsync(web, "http://a.test/", null), AskAsync(webSecure, $"https://{tailscaled.DnsName}/", tailscaled.CaPem),
            }),
        ];

        for (life = 1; life <= 3; life++)
        {
            await using var gateway = GatewayProcess.Start(flags, environment);
            await UntilAsync(() => good.GetValueOrDefault((web, life)) > 20 && good.GetValueOrDefault((webSecure, life)) > 20, gateway);
            Assert.Equal(0, await gateway.TerminateAsync());
        }

        await end.CancelAsync();
        await Task.WhenAll(load);
        Assert.Empty(wrong);

        // Each request over a connection of its own; a gateway that is not there is no wrong answer.
        async Task AskAsync(int port, string url, string? caPem)
        {
            while (!end.IsCancellationRequested)
            {
                using var client = Stage.Client(port, caPem);
                try
                {
                    using var answer = await client.SendAsync(new HttpRequestMessage(HttpMethod.Get, url), CancellationToken.None);
                    if (answer.StatusCode != HttpStatusCode.OK)
                    {
                        wrong.Add($"{url}: {(int)answer.StatusCode}");
                    }

                    good.AddOrUpdate((port, life), 1, static (_, count) => count + 1);
                }
                catch (HttpRequestException e) when (e.InnerException is AuthenticationException)
                {
                    wrong.Add($"{url}: {e.InnerException.Message}");
                }
                catch (Exception e) when (e is HttpRequestException or IOException)
                {
                    await Task.Delay(5, CancellationToken.None);
                }
            }
        }

        async Task UntilAsync(Func<bool> holds, GatewayProcess gateway)
        {
            var begun = System.Diagnostics.Stopwatch.StartNew();
            while (!holds())
            {
                Assert.True(begun.Elapsed < TimeSpan.FromSeconds(30), $"no answers in life {life}:\n{gateway.Log}");
                await Task.Delay(10);
            }
        }
    }
}
