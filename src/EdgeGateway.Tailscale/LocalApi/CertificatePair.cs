using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EdgeGateway.Tailscale.LocalApi;

/// <summary>
/// Reads the answer of <c>/cert/…?type=pair</c>: the private key first, then the leaf, then its intermediates, all PEM.
/// The key stays in memory, and the decoded copy is wiped; tailscaled keeps the only one on disk.
/// </summary>
internal static class CertificatePair
{
    /// <exception cref="LocalApiException"><see cref="LocalApiFault.BadAnswer"/>: no key, no certificate, or they do not belong together.</exception>
    public static IssuedCertificate Parse(string name, ReadOnlySpan<byte> pem)
    {
        try
        {
            using var key = FindKey(pem);
            var certificates = ReadCertificates(pem);
            var leaf = key switch
            {
                ECDsa ec => certificates[0].CopyWithPrivateKey(ec),
                RSA rsa => certificates[0].CopyWithPrivateKey(rsa),
                _ => throw Bad("the answer holds no private key that can be read"),
            };
            certificates.RemoveAt(0);
            if (!Covers(leaf, name))
            {
                throw Bad($"the certificate is for {leaf.Subject}, not for {name}");
            }

            return new IssuedCertificate(name, leaf, certificates);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or FormatException)
        {
            throw Bad("the answer is not a key with its certificate: " + e.Message, e);
        }
    }

    private static AsymmetricAlgorithm? FindKey(ReadOnlySpan<byte> pem)
    {
        var rest = pem;
        while (PemEncoding.TryFindUtf8(rest, out var block))
        {
            var label = rest[block.Label];
            if (label.EndsWith("PRIVATE KEY"u8))
            {
                var der = new byte[block.DecodedDataLength];
                try
                {
                    Decode(rest[block.Base64Data], der);
                    return Import(label, der);
                }
                finally
                {
                    CryptographicOperations.ZeroMemory(der);
                }
            }

            rest = rest[block.Location.End..];
        }

        return null;
    }

    private static AsymmetricAlgorithm Import(ReadOnlySpan<byte> label, ReadOnlySpan<byte> der)
    {
        // SEC1 is what tailscaled writes (P-256); the other forms cost nothing and a later version may use them.
        if (label.SequenceEqual("RSA PRIVATE KEY"u8))
        {
            var rsa = RSA.Create();
            rsa.ImportRSAPrivateKey(der, out _);
            return rsa;
        }

        if (label.SequenceEqual("EC PRIVATE KEY"u8))
        {
            var ec = ECDsa.Create();
            ec.ImportECPrivateKey(der, out _);
            return ec;
        }

        try
        {
            var ec = ECDsa.Create();
            ec.ImportPkcs8PrivateKey(der, out _);
            return ec;
        }
        catch (CryptographicException)
        {
            var rsa = RSA.Create();
            rsa.ImportPkcs8PrivateKey(der, out _);
            return rsa;
        }
    }

    private static X509Certificate2Collection ReadCertificates(ReadOnlySpan<byte> pem)
    {
        var certificates = new X509Certificate2Collection();
        var rest = pem;
        while (PemEncoding.TryFindUtf8(rest, out var block))
        {
            if (rest[block.Label].SequenceEqual("CERTIFICATE"u8))
            {
                var der = new byte[block.DecodedDataLength];
                Decode(rest[block.Base64Data], der);
                certificates.Add(X509CertificateLoader.LoadCertificate(der));
            }

            rest = rest[block.Location.End..];
        }

        return certificates.Count > 0 ? certificates : throw Bad("the answer holds no certificate");
    }

    // No string in between: a string with the key could not be wiped.
    private static void Decode(ReadOnlySpan<byte> base64, Span<byte> der)
    {
        if (Base64.DecodeFromUtf8(base64, der, out _, out var written) != OperationStatus.Done || written != der.Length)
        {
            throw new FormatException("malformed base64");
        }
    }

    private static bool Covers(X509Certificate2 leaf, string name) =>
        leaf.MatchesHostname(name.StartsWith("*.", StringComparison.Ordinal) ? "any" + name[1..] : name, allowWildcards: true, allowCommonName: false);

    private static LocalApiException Bad(string text, Exception? cause = null) => new(LocalApiFault.BadAnswer, text, 200, null, cause);
}
