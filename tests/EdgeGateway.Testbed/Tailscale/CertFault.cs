namespace EdgeGateway.Testbed.Tailscale;

/// <summary>What goes wrong with certificate calls for one name, or for all.</summary>
/// <param name="Kind">How.</param>
/// <param name="Status">Status of <see cref="CertFaultKind.Answer"/>.</param>
/// <param name="Body">Text of <see cref="CertFaultKind.Answer"/>, without the final newline.</param>
/// <param name="RetryAfter">Seconds for a <c>Retry-After</c> header, or null.</param>
/// <param name="EveryCall">Also calls that the cache could answer; otherwise only those that need an order, as at a failing authority.</param>
/// <param name="Times">How often; −1 until it is taken away.</param>
public sealed record CertFault(
    CertFaultKind Kind, int Status = 500, string Body = "", int? RetryAfter = null, bool EveryCall = false, int Times = -1)
{
    /// <summary>The call never answers: a certificate authority that limits the rate or hangs (recording <c>cert-rate-limited</c>).</summary>
    public static readonly CertFault Hang = new(CertFaultKind.Hang);

    /// <summary>The connection ends without an answer.</summary>
    public static readonly CertFault Drop = new(CertFaultKind.Drop);

    /// <summary>The authority refuses connections (recording <c>cert-slow-and-failing</c>).</summary>
    public static readonly CertFault AuthorityDown = new(CertFaultKind.Answer, 500,
        "acme.GetReg: Get \"https://localhost:14000/dir\": dial tcp 127.0.0.1:14000: connect: connection refused");

    /// <summary>tailscaled's own 429 (recording <c>cert-rate-limited</c>).</summary>
    public static CertFault RateLimited(int retryAfter) => new(CertFaultKind.Answer, 429,
        "429 urn:ietf:params:acme:error:rateLimited: too many certificates (5) already issued for this exact set of identifiers in the last " +
        "168h0m0s, retry after 2026-11-23 10:00:00 UTC", retryAfter);
}

/// <summary>How a certificate call fails.</summary>
public enum CertFaultKind
{
    /// <summary>An error answer.</summary>
    Answer,

    /// <summary>No answer.</summary>
    Hang,

    /// <summary>The connection is cut.</summary>
    Drop,
}
