using System.Text.Json.Nodes;

namespace EdgeGateway.Testbed.Tailscale;

/// <summary>What the stand-in knows about its node at this moment.</summary>
internal sealed class NodeState(string dnsName)
{
    public static readonly string[] OwnAddresses = ["100.64.0.1", "fd7a:115c:a1e0:ab12:4843:cd96:6240:1"];

    /// <summary>The people and machines of the recordings.</summary>
    public static readonly TailnetPeer[] DefaultPeers =
    [
        new(2, "peer.tail-test.ts.net", ["100.64.0.2", "fd7a:115c:a1e0:ab12:4843:cd96:6240:2"], 2, "zoe@example.com", "Zoë Müller = 山田?",
            ["group:eng", "group:ops"], [], Grants()),
        new(3, "tagpeer.tail-test.ts.net", ["100.64.0.3", "fd7a:115c:a1e0:ab12:4843:cd96:6240:3"], 2147455555, "tagged-devices", "Tagged Devices",
            [], ["tag:ci", "tag:web"], Grants()),
    ];

    public string DnsName { get; } = dnsName;

    public string HostName { get; } = dnsName[..dnsName.IndexOf('.', StringComparison.Ordinal)];

    public string Tailnet { get; } = dnsName[(dnsName.IndexOf('.', StringComparison.Ordinal) + 1)..];

    public string BackendState { get; set; } = "Running";

    public bool HasNetmap { get; set; } = true;

    public bool UsesTun { get; set; }

    public IReadOnlyList<string> CertDomains { get; set; } = [];

    public bool Https { get; set; }

    public bool Wildcard { get; set; }

    public IReadOnlyList<string> PendingCertificates { get; set; } = [];

    public DateTimeOffset KeyExpiry { get; } = DateTimeOffset.UtcNow.AddDays(180);

    public IReadOnlyList<TailnetPeer> Peers { get; } = DefaultPeers;

    public IEnumerable<string> Capabilities
    {
        get
        {
            yield return "debug-disable-upnp";
            if (Wildcard)
            {
                yield return "dns-subdomain-resolve";
            }

            yield return "funnel";
            if (Https)
            {
                yield return "https";
            }

            yield return "https://tailscale.com/cap/funnel-ports?ports=443,8443,10000";
        }
    }

    public IEnumerable<string> Health
    {
        get
        {
            if (BackendState is "Stopped" or "NeedsLogin")
            {
                yield return "Tailscale is stopped.";
            }

            if (PendingCertificates.Count > 0)
            {
                yield return "Fetching TLS certificate via ACME for: " + string.Join(", ", PendingCertificates);
            }
        }
    }

    private static JsonObject Grants() => new()
    {
        ["example.com/cap/edge"] = new JsonArray(
            new JsonObject { ["role"] = "reader", ["paths"] = new JsonArray("/a", "/b") }, new JsonObject { ["role"] = "naïve" }),
        ["https://tailscale.com/cap/ingress"] = null,
    };
}
