using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using EdgeGateway.Testbed.Tailscale;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Integration;

/// <summary>
/// Three lives of a certificate of 60 s. A class of its own, so that its three minutes run beside the other tests: it
/// mostly waits.
/// </summary>
public sealed class ShortLivedCertificateTests
{
    [Fact]
    public async Task No_handshake_fails_over_three_lives_of_a_certificate_of_a_minute()
    {
        var life = TimeSpan.FromSeconds(60);
        await using var tailscaled = await EmbeddedTailscaled.StartAsync(new TailscaledOptions { Lifetime = life });
        var name = tailscaled.DnsName;
        await using var whoami = await Whoami.StartAsync("a");
        await using var stage = await Stage.StartAsync(
            n => n.Register("a1", "a", whoami.Port, $"traefik.http.routers.a.rule=Host(`{name}`)", "traefik.http.routers.a.tls.certResolver=tailscaleresolver"),
            tailscaled);
        await stage.Gateway.ListeningAsync(stage.WebSecure);

        var failures = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var handshakes = 0;
        for (var begun = Stopwatch.StartNew(); begun.Elapsed < 3 * life; handshakes++)
        {
            try
            {
                seen.Add(await ShakeHandsAsync(stage.WebSecure, name, tailscaled.CaPem));
            }
            catch (Exception error) when (error is AuthenticationException or IOException or SocketException or OperationCanceledException)
            {
                failures.Add($"at {begun.Elapsed.TotalSeconds:0.0} s: {error.Message}");
            }

            await Task.Delay(100);
        }

        Assert.Equal([], failures);
        Assert.True(handshakes > 300, $"only {handshakes} handshakes");

        // A renewal is due after two thirds of each life, so at least four follow the first; each was seen by a client, none asked for in vain.
        Assert.InRange(tailscaled.Orders(name), 4, 8);
        Assert.InRange(seen.Count, 4, tailscaled.Orders(name));
    }

    /// <summary>A new connection, a full handshake that trusts the authority only; returns the certificate's thumbprint.</summary>
    private static async Task<string> ShakeHandsAsync(int port, string name, string caPem)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), limit.Token);
        await using var tls = new SslStream(new NetworkStream(socket));
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = name, CertificateChainPolicy = Stage.TrustOnly(caPem), AllowTlsResume = false }, limit.Token);
        return ((X509Certificate2)tls.RemoteCertificate!).Thumbprint;
    }
}
