using System.Text.Json;
using EdgeGateway.Testbed.Tailscale;
using Xunit;

namespace EdgeGateway.Tailscale.Tests.Testbed;

/// <summary>The stand-in answers recorded requests as tailscaled 1.102.3 did: otherwise every other test proves little.</summary>
public class RecordedRequestsTests
{
    // Endpoints that the gateway does not use are not in the stand-in; a request without Host or of HTTP/1.0 is answered by Kestrel.
    private static readonly string[] Offered = ["status", "cert", "whois", "watch-ipn-bus?mask=", "nosuchthing", "../"];

    [Theory]
    [InlineData("status-running.json", 5)]
    [InlineData("cert-issue-and-errors.json", 20)]
    [InlineData("http-rules.json", 25)]
    [InlineData("permissions.json", 10)]
    public async Task The_stand_in_answers_as_the_real_one_did(string file, int atLeast)
    {
        await using var daemon = await EmbeddedTailscaled.StartAsync();
        var compared = 0;
        foreach (var step in Corpus.Read("recordings/tailscale/" + file).GetProperty("steps").EnumerateArray())
        {
            if (step.TryGetProperty("action", out var action) && action.GetString()!.Contains("dns-subdomain-resolve", StringComparison.Ordinal))
            {
                daemon.SetWildcard(!action.GetString()!.Contains("removed", StringComparison.Ordinal));
            }

            if (!step.TryGetProperty("request", out var request) || !step.TryGetProperty("response", out var response)
                || !response.TryGetProperty("status", out var status) || !response.TryGetProperty("body", out var body) || request.TryGetProperty("version", out _))
            {
                continue;
            }

            var target = request.GetProperty("path").GetString()!;
            var headers = request.GetProperty("headers").EnumerateObject().Select(h => (h.Name, h.Value.GetString()!)).ToArray();
            var isOffered = !target.StartsWith("/localapi/v0/", StringComparison.Ordinal)
                || Offered.Any(o => target["/localapi/v0/".Length..].StartsWith(o, StringComparison.Ordinal));
            if (!isOffered || !headers.Any(h => h.Name == "Host") || headers.Any(h => h.Item1 == "Connection"))
            {
                continue;
            }

            daemon.CertificatesPermitted = !body.GetString()!.Contains("cert access denied", StringComparison.Ordinal);
            daemon.SetWildcard(!body.GetString()!.Contains("not enabled for this node", StringComparison.Ordinal));
            var answer = await RawHttp.SendAsync(daemon.SocketPath, request.GetProperty("method").GetString()!, target, headers);
            var about = $"{file} {request.GetProperty("method").GetString()} {target} {string.Join(',', headers)}\n{answer.Body}";
            Assert.True(status.GetInt32() == answer.Status, about);
            AssertHeaders(response.GetProperty("headers"), answer.Headers, about);
            AssertBody(target, body.GetString()!, answer, about);
            compared++;
        }

        Assert.True(compared >= atLeast, $"{file}: only {compared} exchanges were compared");
    }

    private static void AssertHeaders(JsonElement recorded, IReadOnlyDictionary<string, string> ours, string about)
    {
        // Framing depends on the length of the certificates; Date is the clock.
        string[] free = ["Date", "Content-Length", "Transfer-Encoding", "Connection"];
        var expected = recorded.EnumerateObject().Where(h => !free.Contains(h.Name)).Select(h => $"{h.Name}: {h.Value.GetString()}").Order(StringComparer.Ordinal);
        var actual = ours.Where(h => !free.Contains(h.Key)).Select(h => $"{h.Key}: {h.Value}").Order(StringComparer.Ordinal);
        Assert.True(expected.SequenceEqual(actual), about + "\n" + string.Join('\n', expected) + "\n---\n" + string.Join('\n', actual));
    }

    private static void AssertBody(string target, string recorded, RawHttp ours, string about)
    {
        if (ours.Status != 200 || recorded.Length == 0 || target.Contains("cert-domains", StringComparison.Ordinal) || target == "/")
        {
            Assert.True(recorded == ours.Body, about + "\nrecorded: " + recorded);
        }
        else if (target.Contains("/cert/", StringComparison.Ordinal))
        {
            Assert.Equal(Labels(recorded), Labels(ours.Body));
        }
        else
        {
            Assert.Equal(Shape(JsonDocument.Parse(recorded).RootElement), Shape(JsonDocument.Parse(ours.Body).RootElement));
            Assert.Equal(recorded[..4], ours.Body[..4]);
        }
    }

    private static IEnumerable<string> Labels(string pem) => pem.Split('\n').Where(l => l.StartsWith("-----BEGIN", StringComparison.Ordinal));

    private static IEnumerable<string> Shape(JsonElement value) => value.EnumerateObject().Select(p => p.Name);
}
