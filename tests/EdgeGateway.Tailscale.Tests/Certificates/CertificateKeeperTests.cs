using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using EdgeGateway.Tailscale.Certificates;
using EdgeGateway.Testbed.Tailscale;
using Xunit;

namespace EdgeGateway.Tailscale.Tests.Certificates;

public class CertificateKeeperTests
{
    private const string Edge = "edge.tail-test.ts.net";
    private const string Web = "svc-web.tail-test.ts.net";

    [Fact]
    public async Task The_node_s_own_name_is_fetched_before_any_router_asks()
    {
        await using var daemon = await EmbeddedTailscaled.StartAsync();
        await using var fixture = new KeeperFixture(daemon.SocketPath);
        fixture.Start();
        await fixture.Keeper.FirstRound.WaitAsync(KeeperFixture.Patience);
        Assert.Equal(CertificateState.Issued, fixture.Status(Edge).State);
        Assert.NotNull(fixture.InHand(Edge));
        Assert.Equal(1, daemon.CertCalls(Edge));
        Assert.Equal(Edge, fixture.Keeper.Node!.DnsName);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_pair_serves_a_handshake_that_a_client_of_the_authority_trusts(bool rsa)
    {
        await using var daemon = await EmbeddedTailscaled.StartAsync(new TailscaledOptions { RsaKeys = rsa, Intermediates = 2 });
        await using var fixture = new KeeperFixture(daemon.SocketPath);
        fixture.Start(Edge);
        await fixture.WaitAsync(Edge, CertificateState.Issued);
        var pair = fixture.InHand(Edge)!;
        Assert.Equal(2, pair.Chain.Count);
        await AssertHandshakeAsync(pair, Edge, daemon.CaPem);
    }

    [Fact]
    public async Task The_first_round_waits_for_every_name_and_counts_a_refusal_as_an_answer()
    {
        await using var daemon = await EmbeddedTailscaled.StartAsync(new TailscaledOptions { CertDomains = [Edge, Web], OrderTime = TimeSpan.FromMilliseconds(300) });
        daemon.SetFault(Web, CertFault.AuthorityDown);
        await using var fixture = new KeeperFixture(daemon.SocketPath);
        fixture.Start(Edge, "not-a-tailnet.example.com");
        Assert.False(fixture.Keeper.FirstRound.IsCompleted);
        await fixture.Keeper.FirstRound.WaitAsync(KeeperFixture.Patience);
        Assert.Equal(CertificateState.Issued, fixture.Status(Edge).State);
        Assert.Equal((CertificateState.Refused, "EG-CERT-500"), (fixture.Status(Web).State, fixture.Status(Web).Code));
        Assert.Equal("EG-CERT-NAME", fixture.Status("not-a-tailnet.example.com").Code);
    }

    [Fact]
    public async Task One_name_hangs_and_the_other_is_served()
    {
        await using var daemon = await EmbeddedTailscaled.StartAsync(new TailscaledOptions { CertDomains = [Edge, Web] });
        daemon.SetFault(Web, CertFault.Hang);
        await using var fixture = new KeeperFixture(daemon.SocketPath, KeeperFixture.Quick with { CallTimeout = TimeSpan.FromSeconds(1) });
        fixture.Start(Edge, Web);
        await fixture.WaitAsync(Edge, CertificateState.Issued);
        Assert.Equal(CertificateState.Pending, fixture.Status(Web).State);
        Assert.False(fixture.Keeper.FirstRound.IsCompleted);

        var given = await fixture.WaitAsync(Web, CertificateState.Refused);
        Assert.Equal("EG-CERT-TIMEOUT", given.Code);
        Assert.Contains("restart tailscaled", given.Cure);
        Assert.True(fixture.Keeper.FirstRound.IsCompleted);

        daemon.SetFault(Web, null);
        await fixture.WaitAsync(Web, CertificateState.Issued);
    }

    [Fact]
    public async Task A_certificate_of_seconds_is_renewed_over_three_lives_without_a_gap()
    {
        var life = TimeSpan.FromSeconds(4);
        await using var daemon = await EmbeddedTailscaled.StartAsync(new TailscaledOptions { Lifetime = life, OrderTime = TimeSpan.FromMilliseconds(100) });
        await using var fixture = new KeeperFixture(daemon.SocketPath);
        fixture.Start(Edge);
        await fixture.WaitAsync(Edge, CertificateState.Issued);
        var end = DateTimeOffset.UtcNow + (life * 3);
        var looks = 0;
        while (DateTimeOffset.UtcNow < end)
        {
            var leaf = fixture.InHand(Edge)!.Leaf;
            Assert.True(leaf.NotAfter.ToUniversalTime() > DateTime.UtcNow, $"expired {leaf.NotAfter:O}\n{string.Join('\n', fixture.Log)}");
            looks++;
            await Task.Delay(20);
        }

        Assert.True(looks > 100, $"{looks} looks");
        Assert.InRange(fixture.Issued.Count, 3, 8);
        Assert.True(daemon.CertCalls(Edge) < 60, $"{daemon.CertCalls(Edge)} calls are a storm");
        Assert.DoesNotContain(fixture.Log, l => l.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task HTTPS_switched_on_after_the_start_is_noticed_and_served()
    {
        await using var daemon = await EmbeddedTailscaled.StartAsync(new TailscaledOptions { Https = false });
        await using var fixture = new KeeperFixture(daemon.SocketPath);
        fixture.Start(Edge);
        var refused = await fixture.WaitAsync(Edge, CertificateState.Refused);
        Assert.Equal("EG-CERT-HTTPS-OFF", refused.Code);
        Assert.Contains("HTTPS Certificates", refused.Cure);
        Assert.True(fixture.Keeper.FirstRound.IsCompleted);
        Assert.Equal(0, daemon.CertCalls(Edge));

        daemon.SetHttps(true);
        await fixture.WaitAsync(Edge, CertificateState.Issued);
        daemon.SetHttps(false);
        await fixture.WaitAsync(Edge, CertificateState.Refused);
        Assert.NotNull(fixture.InHand(Edge));
        Assert.Equal(2, fixture.Log.Count(l => l.Contains("[EG-CERT-HTTPS-OFF]", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_name_of_another_node_is_left_alone_without_an_error()
    {
        await using var daemon = await EmbeddedTailscaled.StartAsync();
        await using var fixture = new KeeperFixture(daemon.SocketPath);
        fixture.Start("firefly.tail-test.ts.net", "Peer.Tail-Test.ts.net.");
        await fixture.Keeper.FirstRound.WaitAsync(KeeperFixture.Patience);
        Assert.Equal(CertificateState.OtherNode, fixture.Status("firefly.tail-test.ts.net").State);
        Assert.Equal(CertificateState.OtherNode, fixture.Status("peer.tail-test.ts.net").State);
        Assert.Null(fixture.Status("firefly.tail-test.ts.net").Code);
        Assert.Equal(0, daemon.CertCalls("firefly.tail-test.ts.net"));
        Assert.DoesNotContain(fixture.Log, l => l.StartsWith("Error", StringComparison.Ordinal) || l.StartsWith("Warning", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_name_below_the_node_s_is_served_by_a_wildcard_if_the_node_may_have_one()
    {
        await using var daemon = await EmbeddedTailscaled.StartAsync();
        await using var fixture = new KeeperFixture(daemon.SocketPath);
        fixture.Start("app." + Edge, "shop." + Edge);
        var app = await fixture.WaitAsync("app." + Edge, CertificateState.Issued);
        Assert.Equal("*." + Edge, app.AskedAs);
        await fixture.WaitAsync("shop." + Edge, CertificateState.Issued);
        Assert.Equal(1, daemon.Orders("*." + Edge));
        Assert.True(fixture.InHand("*." + Edge)!.Leaf.MatchesHostname("app." + Edge));

        daemon.SetWildcard(false);
        var refused = await fixture.WaitAsync("app." + Edge, CertificateState.Refused);
        Assert.Equal("EG-CERT-WILDCARD", refused.Code);
    }

    [Fact]
    public async Task A_denied_user_is_told_its_uid_and_the_variable_and_is_served_after_the_restart_that_cures_it()
    {
        await using var daemon = await EmbeddedTailscaled.StartAsync();
        daemon.CertificatesPermitted = false;
        await using var fixture = new KeeperFixture(daemon.SocketPath);
        fixture.Start(Edge);
        var refused = await fixture.WaitAsync(Edge, CertificateState.Refused);
        Assert.Equal("EG-CERT-403", refused.Code);
        Assert.Matches("TS_PERMIT_CERT_UID=[0-9]+", refused.Cure);
        Assert.Single(fixture.Log, l => l.Contains("[EG-CERT-403]", StringComparison.Ordinal));

        await daemon.StopAsync();
        daemon.CertificatesPermitted = true;
        await daemon.StartAgainAsync();
        await fixture.WaitAsync(Edge, CertificateState.Issued);
    }

    [Fact]
    public async Task A_missing_socket_is_named_and_the_daemon_s_later_start_is_enough()
    {
        await using var daemon = await EmbeddedTailscaled.StartAsync();
        await daemon.StopAsync();
        await using var fixture = new KeeperFixture(daemon.SocketPath);
        fixture.Start(Edge);
        await fixture.Keeper.FirstRound.WaitAsync(KeeperFixture.Patience);
        Assert.Equal("EG-CERT-SOCKET-MISSING", fixture.Status(Edge).Code);
        Assert.Contains(daemon.SocketPath, fixture.Status(Edge).Reason);
        await daemon.StartAgainAsync();
        await fixture.WaitAsync(Edge, CertificateState.Issued);
        Assert.Single(fixture.Log, l => l.Contains("[EG-CERT-SOCKET-MISSING]", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_restart_of_the_daemon_with_a_new_socket_costs_no_certificate(bool killed)
    {
        await using var daemon = await EmbeddedTailscaled.StartAsync(new TailscaledOptions { CertDomains = [Edge] });
        await using var fixture = new KeeperFixture(daemon.SocketPath);
        fixture.Start(Edge);
        await fixture.WaitAsync(Edge, CertificateState.Issued);
        await daemon.StopAsync(hard: killed);
        var code = killed ? "[EG-CERT-SOCKET-DEAD]" : "[EG-CERT-SOCKET-MISSING]";
        await fixture.WaitUntilAsync(() => fixture.Log.Any(l => l.Contains(code, StringComparison.Ordinal)));
        Assert.Equal(CertificateState.Issued, fixture.Status(Edge).State);

        daemon.SetCertDomains(Edge, Web);
        await daemon.StartAgainAsync();
        await fixture.WaitAsync(Web, CertificateState.Issued);
        Assert.Equal(CertificateState.Issued, fixture.Status(Edge).State);
    }

    [Fact]
    public async Task A_daemon_that_starts_later_than_the_gateway_is_waited_for()
    {
        await using var daemon = await EmbeddedTailscaled.StartAsync();
        daemon.SetState("Starting", hasNetmap: false);
        await using var fixture = new KeeperFixture(daemon.SocketPath);
        fixture.Start(Edge);
        await fixture.WaitAsync(Edge, CertificateState.Pending);
        Assert.False(fixture.Keeper.FirstRound.IsCompleted);
        daemon.SetState("NeedsLogin", hasNetmap: false);
        var refused = await fixture.WaitAsync(Edge, CertificateState.Refused);
        Assert.Equal("EG-CERT-NO-NETMAP", refused.Code);
        daemon.SetState("Running", hasNetmap: true);
        await fixture.WaitAsync(Edge, CertificateState.Issued);
    }

    [Fact]
    public async Task A_refusal_that_repeats_is_logged_once_and_a_new_reason_once_more()
    {
        await using var daemon = await EmbeddedTailscaled.StartAsync();
        var token = 0;
        daemon.SetFault(Edge, SetDns(token));
        await using var fixture = new KeeperFixture(daemon.SocketPath);
        fixture.Start(Edge);
        await fixture.WaitAsync(Edge, s => s.Failures >= 1);
        daemon.SetFault(Edge, SetDns(++token));
        await fixture.WaitAsync(Edge, s => s.Failures >= 3);
        Assert.Single(fixture.Log, l => l.Contains("[EG-CERT-500]", StringComparison.Ordinal));

        daemon.SetFault(Edge, CertFault.AuthorityDown);
        await fixture.WaitAsync(Edge, s => s.Reason!.Contains("acme.GetReg", StringComparison.Ordinal));
        Assert.Equal(2, fixture.Log.Count(l => l.Contains("[EG-CERT-500]", StringComparison.Ordinal)));
        daemon.SetFault(Edge, null);
        await fixture.WaitAsync(Edge, CertificateState.Issued);

        static CertFault SetDns(int token) => new(CertFaultKind.Answer, 500,
            $"SetDNS \"_acme-challenge.{Edge}\" => \"token{token}\": set-dns response: 500 Internal Server Error, quota for DNS records of this tailnet exceeded");
    }

    [Fact]
    public async Task A_rate_limit_is_waited_out_even_if_the_node_changes_meanwhile()
    {
        await using var daemon = await EmbeddedTailscaled.StartAsync();
        daemon.SetFault(Edge, CertFault.RateLimited(1) with { Times = 1 });
        await using var fixture = new KeeperFixture(daemon.SocketPath);
        fixture.Start(Edge);
        var refused = await fixture.WaitAsync(Edge, CertificateState.Refused);
        var at = DateTimeOffset.UtcNow;
        Assert.Equal("EG-CERT-429", refused.Code);
        daemon.SetWildcard(false);
        daemon.SetCertDomains(Edge, Web);
        await fixture.WaitAsync(Web, CertificateState.Issued);
        await fixture.WaitAsync(Edge, CertificateState.Issued);
        Assert.True(DateTimeOffset.UtcNow - at > TimeSpan.FromMilliseconds(900), "Retry-After: 1 was not honoured");
        Assert.Equal(2, daemon.CertCalls(Edge));
    }

    [Fact]
    public async Task A_broken_connection_is_tried_again_at_once()
    {
        await using var daemon = await EmbeddedTailscaled.StartAsync();
        daemon.SetFault(Edge, CertFault.Drop with { Times = 2 });
        await using var fixture = new KeeperFixture(daemon.SocketPath);
        fixture.Start(Edge);
        await fixture.WaitAsync(Edge, CertificateState.Issued);
    }

    [Fact]
    public async Task A_renewal_that_does_not_come_is_said_loudly_while_the_old_one_is_served()
    {
        await using var daemon = await EmbeddedTailscaled.StartAsync(new TailscaledOptions { Lifetime = TimeSpan.FromSeconds(6) });
        await using var fixture = new KeeperFixture(daemon.SocketPath);
        fixture.Start(Edge);
        await fixture.WaitAsync(Edge, CertificateState.Issued);
        var first = fixture.InHand(Edge);
        daemon.SetFault(Edge, CertFault.AuthorityDown);
        await fixture.WaitAsync(Edge, s => s.Code is not null);
        Assert.Contains(fixture.Log, l => l.StartsWith("Warning", StringComparison.Ordinal) && l.Contains("was not renewed", StringComparison.Ordinal));
        Assert.Same(first, fixture.InHand(Edge));
        daemon.SetFault(Edge, null);
        await fixture.WaitAsync(Edge, s => s is { State: CertificateState.Issued, Code: null });
        Assert.NotSame(first, fixture.InHand(Edge));
    }

    [Fact]
    public async Task A_name_that_no_router_wants_any_more_is_dropped_and_a_wanted_one_is_asked_at_once()
    {
        await using var daemon = await EmbeddedTailscaled.StartAsync();
        await using var fixture = new KeeperFixture(daemon.SocketPath);
        fixture.Start("app." + Edge);
        await fixture.WaitAsync("app." + Edge, CertificateState.Issued);
        fixture.Keeper.SetWanted([]);
        Assert.DoesNotContain("app." + Edge, fixture.Keeper.Statuses.Keys);
        fixture.Keeper.SetWanted(["app." + Edge]);
        await fixture.WaitAsync("app." + Edge, CertificateState.Issued);
        Assert.Equal(1, daemon.Orders("*." + Edge));
    }

    [Fact]
    public async Task The_first_round_does_not_end_before_a_slow_callback_has_taken_its_pair_over()
    {
        await using var daemon = await EmbeddedTailscaled.StartAsync(new TailscaledOptions { CertDomains = [Edge, Web] });
        await using var log = new KeeperFixture(daemon.SocketPath);
        using var client = new EdgeGateway.Tailscale.LocalApi.LocalApiClient(daemon.SocketPath);
        using var release = new ManualResetEventSlim();
        await using var keeper = new CertificateKeeper(client, pair =>
        {
            if (pair.Name == Edge)
            {
                release.Wait(KeeperFixture.Patience);
            }
        }, log, KeeperFixture.Quick);
        var other = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        keeper.Changed += () =>
        {
            if (keeper.Statuses.TryGetValue(Web, out var web) && web.State == CertificateState.Issued)
            {
                other.TrySetResult();
            }
        };
        keeper.Start();
        keeper.SetWanted([]);
        await other.Task.WaitAsync(KeeperFixture.Patience);
        Assert.Equal(CertificateState.Pending, keeper.Statuses[Edge].State);
        Assert.False(keeper.FirstRound.IsCompleted);
        release.Set();
        await keeper.FirstRound.WaitAsync(KeeperFixture.Patience);
        Assert.Equal(CertificateState.Issued, keeper.Statuses[Edge].State);
    }

    [Fact]
    public async Task A_callback_that_throws_costs_only_its_own_pair()
    {
        await using var daemon = await EmbeddedTailscaled.StartAsync(new TailscaledOptions { CertDomains = [Edge, Web] });
        using var client = new EdgeGateway.Tailscale.LocalApi.LocalApiClient(daemon.SocketPath);
        var taken = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var log = new KeeperFixture(daemon.SocketPath);
        await using var keeper = new CertificateKeeper(client, pair =>
        {
            if (pair.Name == Edge)
            {
                throw new InvalidOperationException("the store is full");
            }

            taken.TrySetResult(pair.Name);
        }, log, KeeperFixture.Quick);
        keeper.Start();
        keeper.SetWanted([]);
        Assert.Equal(Web, await taken.Task.WaitAsync(KeeperFixture.Patience));
        await keeper.FirstRound.WaitAsync(KeeperFixture.Patience);
        Assert.Contains(log.Log, l => l.Contains("the store is full", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Disposal_ends_a_hanging_call_and_the_first_round()
    {
        await using var daemon = await EmbeddedTailscaled.StartAsync();
        daemon.SetFault("", CertFault.Hang);
        var fixture = new KeeperFixture(daemon.SocketPath);
        fixture.Start(Edge);
        await fixture.WaitAsync(Edge, CertificateState.Pending);
        await fixture.DisposeAsync().AsTask().WaitAsync(KeeperFixture.Patience);
        await fixture.Keeper.FirstRound.WaitAsync(KeeperFixture.Patience);
    }

    private static async Task AssertHandshakeAsync(IssuedCertificate pair, string name, string caPem)
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var server = Task.Run(async () =>
        {
            using var accepted = await listener.AcceptTcpClientAsync();
            await using var tls = new SslStream(accepted.GetStream());
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = SslStreamCertificateContext.Create(pair.Leaf, pair.Chain, offline: true),
            });
            await tls.WriteAsync("hello"u8.ToArray());
        });
        using var client = new TcpClient();
        await client.ConnectAsync(System.Net.IPAddress.Loopback, ((System.Net.IPEndPoint)listener.LocalEndpoint).Port);
        await using var stream = new SslStream(client.GetStream());
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPem(caPem);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = name, CertificateChainPolicy = policy });
        var hello = new byte[5];
        await stream.ReadExactlyAsync(hello);
        await server;
        Assert.Equal("hello"u8.ToArray(), hello);
    }
}
