namespace EdgeGateway.Tailscale.Certificates;

/// <summary>How a wanted name stands.</summary>
public enum CertificateState
{
    /// <summary>Asked for, or about to be; no answer yet.</summary>
    Pending,

    /// <summary>A pair is in hand. A trouble with its renewal is in the status's code and reason.</summary>
    Issued,

    /// <summary>A name of this tailnet that belongs to another node: not asked for, no error.</summary>
    OtherNode,

    /// <summary>No pair, and the reason is known.</summary>
    Refused,
}
