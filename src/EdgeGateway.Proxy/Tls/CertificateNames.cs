using System.Security.Cryptography.X509Certificates;

namespace EdgeGateway.Proxy.Tls;

/// <summary>The names that a certificate serves.</summary>
internal static class CertificateNames
{
    /// <summary>Common name, DNS names and addresses; lower case, sorted by bytes, without duplicates.</summary>
    public static IReadOnlyList<string> Of(X509Certificate2 certificate)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        var common = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        if (!string.IsNullOrEmpty(common))
        {
            names.Add(common.ToLowerInvariant());
        }

        foreach (var extension in certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>())
        {
            foreach (var dns in extension.EnumerateDnsNames())
            {
                names.Add(dns.ToLowerInvariant());
            }

            foreach (var ip in extension.EnumerateIPAddresses())
            {
                names.Add(ip.ToString());
            }
        }

        return [.. names];
    }
}
