using System.Security.Cryptography.X509Certificates;

namespace EdgeGateway.Tailscale;

/// <summary>A pair that tailscaled handed out.</summary>
/// <param name="Name">DNS name that was asked for, lower case.</param>
/// <param name="Leaf">Leaf certificate with its private key.</param>
/// <param name="Chain">Intermediates in the order in which they are sent.</param>
public sealed record IssuedCertificate(string Name, X509Certificate2 Leaf, X509Certificate2Collection Chain);
