using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Proxy.Middlewares.PassTLSClientCert;

/// <summary>Parts of certificates as one header value: fields with <c>;</c> between them, certificates with <c>,</c>; query-escaped.</summary>
internal static class CertificateInfo
{
    /// <summary>Writes the parts that are asked for. A certificate that cannot be read has none: it passed the handshake, not our parser.</summary>
    /// <param name="config">What is asked for.</param>
    /// <param name="certificates">As DER.</param>
    public static string Write(ClientCertificateInfoConfig config, byte[][] certificates) =>
        // Go's query escaping: what EscapeDataString escapes, with a plus sign for a blank.
        Uri.EscapeDataString(string.Join(',', certificates.Select(der => Write(config, der)))).Replace("%20", "+", StringComparison.Ordinal);

    private static string Write(ClientCertificateInfoConfig config, byte[] der)
    {
        X509Certificate2 certificate;
        try
        {
            certificate = X509CertificateLoader.LoadCertificate(der);
        }
        catch (CryptographicException)
        {
            return "";
        }

        using (certificate)
        {
            List<string> fields = [];
            Add(fields, "Subject", config.Subject is { } s
                ? DistinguishedName.Write(
                    certificate.SubjectName.RawData, s.DomainComponent, s.Country, s.Province, s.Locality, s.Organization,
                    s.OrganizationalUnit, s.SerialNumber, s.CommonName)
                : "");
            Add(fields, "Issuer", config.Issuer is { } i
                ? DistinguishedName.Write(
                    certificate.IssuerName.RawData, i.DomainComponent, i.Country, i.Province, i.Locality, i.Organization, false,
                    i.SerialNumber, i.CommonName)
                : "");
            Add(fields, "SerialNumber", config.SerialNumber
                ? new BigInteger(certificate.SerialNumberBytes.Span, isBigEndian: true).ToString(CultureInfo.InvariantCulture)
                : "");
            Add(fields, "NB", config.NotBefore ? Seconds(certificate.NotBefore) : "");
            Add(fields, "NA", config.NotAfter ? Seconds(certificate.NotAfter) : "");
            Add(fields, "SAN", config.Sans ? AlternativeNames.Write(certificate) : "");
            return string.Join(';', fields);
        }
    }

    private static void Add(List<string> fields, string name, string value)
    {
        if (value.Length > 0)
        {
            fields.Add($"{name}=\"{value}\"");
        }
    }

    private static string Seconds(DateTime time) => new DateTimeOffset(time).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
}
