using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeGateway.Proxy.Tls;

/// <summary>A certificate with its key and intermediates, from PEM text.</summary>
/// <param name="Leaf">The first certificate, with its key.</param>
/// <param name="Chain">The others, in file order.</param>
public sealed record PemPair(X509Certificate2 Leaf, X509Certificate2Collection Chain)
{
    /// <summary>Reads two texts as they stand in a <c>.crt</c> and a <c>.key</c> file.</summary>
    /// <exception cref="CryptographicException">Not PEM, or the key does not belong to the first certificate.</exception>
    public static PemPair Parse(string certificates, string key)
    {
        var all = new X509Certificate2Collection();
        all.ImportFromPem(certificates);
        if (all.Count == 0)
        {
            throw new CryptographicException("No certificate in the PEM text.");
        }

        all[0].Dispose();
        all.RemoveAt(0);
        return new PemPair(X509Certificate2.CreateFromPem(certificates, key), all);
    }
}
