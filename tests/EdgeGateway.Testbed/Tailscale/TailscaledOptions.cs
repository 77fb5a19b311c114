namespace EdgeGateway.Testbed.Tailscale;

/// <summary>How the stand-in for tailscaled starts; what changes while it runs is on <see cref="EmbeddedTailscaled"/>.</summary>
public sealed record TailscaledOptions
{
    /// <summary>The node's MagicDNS name, without the final dot. The tailnet is what follows the first label.</summary>
    public string DnsName { get; init; } = "edge.tail-test.ts.net";

    /// <summary>Certificate names; null for the node's own.</summary>
    public IReadOnlyList<string>? CertDomains { get; init; }

    /// <summary>Path of the socket; null for one in a new folder of its own under the temp folder.</summary>
    public string? SocketPath { get; init; }

    /// <summary>Life of each certificate. Times in certificates are whole seconds.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromDays(90);

    /// <summary>How far the authority dates the start of validity back; Let's Encrypt: one hour.</summary>
    public TimeSpan Backdate { get; init; }

    /// <summary>How long an order takes.</summary>
    public TimeSpan OrderTime { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>HTTPS certificates are switched on for the tailnet.</summary>
    public bool Https { get; init; } = true;

    /// <summary>The node may have wildcard certificates.</summary>
    public bool Wildcard { get; init; } = true;

    /// <summary>Intermediates in each chain: 1 or 2.</summary>
    public int Intermediates { get; init; } = 1;

    /// <summary>RSA leaf keys in place of P-256.</summary>
    public bool RsaKeys { get; init; }
}
