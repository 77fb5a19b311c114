namespace EdgeGateway.Tailscale.Certificates;

/// <summary>How one wanted name stands, for API, dashboard and log.</summary>
/// <param name="Name">The wanted name, lower case.</param>
/// <param name="State">How it stands.</param>
/// <param name="AskedAs">The name that tailscaled is asked for: the same, or a wildcard that covers it; null when it is not asked.</param>
/// <param name="Code">Code of the trouble (<c>docs/messages.md</c>), or null.</param>
/// <param name="Reason">One line: what is wrong, or null.</param>
/// <param name="Cure">One line: what to do about it, or null.</param>
/// <param name="NotBefore">Start of validity of the pair in hand.</param>
/// <param name="NotAfter">End of validity of the pair in hand.</param>
/// <param name="LastAsked">When tailscaled was last asked.</param>
/// <param name="Failures">Failed calls since the last answer.</param>
public sealed record CertificateStatus(
    string Name, CertificateState State, string? AskedAs = null, string? Code = null, string? Reason = null, string? Cure = null,
    DateTimeOffset? NotBefore = null, DateTimeOffset? NotAfter = null, DateTimeOffset? LastAsked = null, int Failures = 0);
