using System.Text;
using EdgeGateway.Tailscale.LocalApi;
using EdgeGateway.Testbed.Tailscale;
using Xunit;

namespace EdgeGateway.Tailscale.Tests.LocalApi;

public class LocalApiClientTests
{
    private const string Edge = "edge.tail-test.ts.net";
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(60);

    public static TheoryData<string> RecordedFiles => [.. Directory
        .GetFiles(Path.Combine(Corpus.Root, "tests/corpus/recordings/tailscale"), "*.json").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(RecordedFiles))]
    public async Task Every_recorded_answer_is_read_as_what_it_means(string file)
    {
        await using var recorded = new RecordedTailscaled();
        foreach (var step in Corpus.Read("recordings/tailscale/" + file).GetProperty("steps").EnumerateArray())
        {
            if (!step.TryGetProperty("request", out var request) || !step.TryGetProperty("response", out var response)
                || !response.TryGetProperty("status", out var status) || !response.TryGetProperty("body", out var body))
            {
                continue;
            }

            var path = request.GetProperty("path").GetString()!;
            using var client = new LocalApiClient(recorded.SocketPath);
            recorded.Give(response);
            if (path.StartsWith("/localapi/v0/status", StringComparison.Ordinal) && request.GetProperty("method").GetString() != "HEAD")
            {
                var node = await client.GetStatusAsync(default);
                Assert.Equal(node.BackendState == "Running", body.GetString()!.Contains("\"BackendState\": \"Running\"", StringComparison.Ordinal));
                Assert.False(node.DnsName.EndsWith('.'));
                Assert.All(node.CertDomains, d => Assert.Contains($"\"{d}\"", body.GetString()));
                Assert.Equal(node.CanHaveWildcard, body.GetString()!.Split("\"Peer\"")[0].Contains("\"dns-subdomain-resolve\": ", StringComparison.Ordinal));
            }
            else if (path.StartsWith("/localapi/v0/cert/", StringComparison.Ordinal))
            {
                var error = await Assert.ThrowsAsync<LocalApiException>(() => client.GetCertificateAsync(Edge, null, Second, default));
                Assert.Equal(Meaning(status.GetInt32(), body.GetString()!), error.Fault);
                Assert.Equal(status.GetInt32(), error.Status);
                Assert.StartsWith("GET /localapi/v0/cert/edge.tail-test.ts.net?type=pair HTTP/1.1\r\nHost: local-tailscaled.sock\r\n", recorded.LastRequest);
            }
        }
    }

    // Private keys are taken out of the recordings, so a 200 must be refused as unreadable.
    private static LocalApiFault Meaning(int status, string body) => (status, body.TrimEnd()) switch
    {
        (200, _) => LocalApiFault.BadAnswer,
        (403, "cert access denied") => LocalApiFault.CertificateDenied,
        (429, _) => LocalApiFault.RateLimited,
        (500, "no netmap available") => LocalApiFault.NoNetmap,
        (500, "your Tailscale account does not support getting TLS certs") => LocalApiFault.HttpsDisabled,
        (500, var text) when text.Contains("wildcard certificates are not enabled") => LocalApiFault.WildcardDisabled,
        (500, var text) when text.StartsWith("invalid domain") => LocalApiFault.UnknownName,
        (500, "no TailscaleVarRoot") => LocalApiFault.DaemonSetup,
        (500, _) => LocalApiFault.Transient,
        _ => LocalApiFault.InvalidRequest,
    };

    [Fact]
    public async Task The_daemon_s_own_rate_limit_carries_its_Retry_After()
    {
        await using var daemon = await EmbeddedTailscaled.StartAsync();
        daemon.SetFault(Edge, CertFault.RateLimited(77));
        using var client = new LocalApiClient(daemon.SocketPath);
        var error = await Assert.ThrowsAsync<LocalApiException>(() => client.GetCertificateAsync(Edge, null, Second, default));
        Assert.Equal((LocalApiFault.RateLimited, TimeSpan.FromSeconds(77)), (error.Fault, error.RetryAfter));
    }

    [Fact]
    public async Task A_socket_that_is_not_there_and_one_that_is_dead_are_told_apart()
    {
        await using var daemon = await EmbeddedTailscaled.StartAsync();
        using var client = new LocalApiClient(daemon.SocketPath);
        await daemon.StopAsync();
        Assert.Equal(LocalApiFault.SocketMissing, (await Assert.ThrowsAsync<LocalApiException>(() => client.GetStatusAsync(default))).Fault);
        await daemon.StartAgainAsync();
        await client.GetStatusAsync(default);
        await daemon.StopAsync(hard: true);
        Assert.Equal(LocalApiFault.SocketDead, (await Assert.ThrowsAsync<LocalApiException>(() => client.GetStatusAsync(default))).Fault);
        await daemon.StartAgainAsync();
        await client.GetStatusAsync(default);
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_a_missing_socket()
    {
        using var client = new LocalApiClient("/nonexistent-folder/tailscale/tailscaled.sock");
        Assert.Equal(LocalApiFault.SocketMissing, (await Assert.ThrowsAsync<LocalApiException>(() => client.GetStatusAsync(default))).Fault);
    }

    [Fact]
    public async Task A_call_that_hangs_is_given_up_after_its_own_limit()
    {
        await using var daemon = await EmbeddedTailscaled.StartAsync();
        daemon.SetFault(Edge, CertFault.Hang);
        using var client = new LocalApiClient(daemon.SocketPath);
        var error = await Assert.ThrowsAsync<LocalApiException>(
            () => client.GetCertificateAsync(Edge, null, TimeSpan.FromMilliseconds(200), default));
        Assert.Equal(LocalApiFault.TimedOut, error.Fault);
    }

    [Fact]
    public async Task The_caller_s_cancellation_is_no_fault()
    {
        await using var daemon = await EmbeddedTailscaled.StartAsync();
        daemon.SetFault(Edge, CertFault.Hang);
        using var client = new LocalApiClient(daemon.SocketPath);
        using var cancel = new CancellationTokenSource(100);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.GetCertificateAsync(Edge, null, Second, cancel.Token));
    }

    [Fact]
    public async Task An_answer_without_end_is_refused()
    {
        await using var recorded = new RecordedTailscaled();
        recorded.Answer = [.. "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"u8, .. new byte[2_000_000]];
        using var client = new LocalApiClient(recorded.SocketPath);
        Assert.Equal(LocalApiFault.BadAnswer, (await Assert.ThrowsAsync<LocalApiException>(() => client.GetStatusAsync(default))).Fault);
        Assert.Equal(LocalApiFault.BadAnswer,
            (await Assert.ThrowsAsync<LocalApiException>(() => client.GetCertificateAsync(Edge, null, Second, default))).Fault);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"BackendState\":\"Running\"")]
    [InlineData("<html>")]
    public async Task A_status_that_is_none_is_refused(string body)
    {
        await using var recorded = new RecordedTailscaled();
        recorded.Answer = Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        using var client = new LocalApiClient(recorded.SocketPath);
        Assert.Equal(LocalApiFault.BadAnswer, (await Assert.ThrowsAsync<LocalApiException>(() => client.GetStatusAsync(default))).Fault);
    }

    [Fact]
    public async Task A_pair_for_another_name_is_refused()
    {
        var pair = new TestCertificateAuthority().Issue("other.tail-test.ts.net", TimeSpan.FromDays(1), default);
        var body = pair.KeyPem + pair.CertificatesPem;
        await using var recorded = new RecordedTailscaled();
        recorded.Answer = Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        using var client = new LocalApiClient(recorded.SocketPath);
        Assert.Equal(LocalApiFault.BadAnswer,
            (await Assert.ThrowsAsync<LocalApiException>(() => client.GetCertificateAsync(Edge, null, Second, default))).Fault);
    }

    [Fact]
    public async Task A_key_that_does_not_belong_to_the_certificate_is_refused()
    {
        var authority = new TestCertificateAuthority();
        var body = authority.Issue(Edge, TimeSpan.FromDays(1), default).KeyPem + authority.Issue(Edge, TimeSpan.FromDays(1), default).CertificatesPem;
        await using var recorded = new RecordedTailscaled();
        recorded.Answer = Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        using var client = new LocalApiClient(recorded.SocketPath);
        Assert.Equal(LocalApiFault.BadAnswer,
            (await Assert.ThrowsAsync<LocalApiException>(() => client.GetCertificateAsync(Edge, null, Second, default))).Fault);
    }

    [Fact]
    public async Task Min_validity_forces_a_new_order_and_its_absence_does_not()
    {
        await using var daemon = await EmbeddedTailscaled.StartAsync();
        using var client = new LocalApiClient(daemon.SocketPath);
        var first = await client.GetCertificateAsync(Edge, null, Second, default);
        var again = await client.GetCertificateAsync(Edge, null, Second, default);
        Assert.Equal(first.Leaf.Thumbprint, again.Leaf.Thumbprint);
        var forced = await client.GetCertificateAsync(Edge, TimeSpan.FromHours(3000), Second, default);
        Assert.NotEqual(first.Leaf.Thumbprint, forced.Leaf.Thumbprint);
    }

    [Fact]
    public async Task Notifications_come_one_by_one_and_a_proper_end_is_no_error()
    {
        await using var daemon = await EmbeddedTailscaled.StartAsync();
        using var client = new LocalApiClient(daemon.SocketPath);
        var seen = new List<IpnNotification>();
        await foreach (var notification in client.WatchAsync(default))
        {
            seen.Add(notification);
            if (seen.Count == 1)
            {
                daemon.SetHttps(false);
            }
            else if (notification.Changed)
            {
                _ = daemon.StopAsync();
            }
        }

        Assert.True(seen[0] is { Opened: true, Changed: true });
        Assert.True(seen[^1] is { Opened: false, Changed: true });
    }

    [Fact]
    public async Task A_stream_that_is_cut_is_an_error()
    {
        await using var daemon = await EmbeddedTailscaled.StartAsync();
        using var client = new LocalApiClient(daemon.SocketPath);
        var error = await Assert.ThrowsAsync<LocalApiException>(async () =>
        {
            await foreach (var _ in client.WatchAsync(default))
            {
                await daemon.StopAsync(hard: true);
            }
        });
        Assert.Equal(LocalApiFault.Disconnected, error.Fault);
    }

    [Fact]
    public async Task A_line_too_long_to_read_counts_as_a_change_and_the_next_is_read()
    {
        await using var recorded = new RecordedTailscaled();
        var body = "{\"State\":6,\"SessionID\":\"x\"}\n{\"NetMap\":\"" + new string('x', 400_000) + "\"}\n{\"Version\":\"1\",\"SelfChange\":null}\n";
        recorded.Answer = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body);
        using var client = new LocalApiClient(recorded.SocketPath);
        var seen = new List<IpnNotification>();
        await foreach (var notification in client.WatchAsync(default))
        {
            seen.Add(notification);
        }

        Assert.Equal([new(true, true), new(false, true), new(false, false)], seen);
    }
}
