using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using EdgeGateway.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;

namespace EdgeGateway.Proxy.Api;

/// <summary><c>/api/certificates</c>: what the certificate store holds, without the generated default (runtime-behaviour §5.2).</summary>
internal static class ApiCertificates
{
    // Source: Traefik's API calls a certificate a warning from 30 days before its end.
    private static readonly TimeSpan WarningBefore = TimeSpan.FromDays(30);

    private static readonly ApiList<ApiCertificate> List = new()
    {
        Name = static c => c.CommonName,
        Status = static c => c.Status,
        Searched = static c => [c.CommonName, c.IssuerOrganization, c.IssuerCommonName, .. c.Names],
        Sorts =
        {
            ["status"] = static (a, b) => string.CompareOrdinal(a.Status, b.Status),
            ["issuer"] = static (a, b) => string.CompareOrdinal(a.IssuerOrganization, b.IssuerOrganization),
            ["validUntil"] = static (a, b) => a.NotAfter.CompareTo(b.NotAfter),
        },
    };

    /// <summary>Answers with a page of the list.</summary>
    public static ValueTask ListAsync(GatewayContext context, ApiOptions options, ApiQuery query)
    {
        var page = List.Page(All(options), query, out var next, out var error);
        return ApiPage.Async(context, page, next, error, static (writer, certificate) => certificate.Write(writer));
    }

    /// <summary>Answers with one, named by the SHA-256 of its DER form.</summary>
    public static ValueTask OneAsync(GatewayContext context, ApiOptions options, string name) =>
        All(options).FirstOrDefault(certificate => certificate.Name == name) is { } found
            ? ApiAnswer.JsonAsync(context, found.Write)
            : ApiAnswer.ErrorAsync(context, StatusCodes.Status404NotFound, $"certificate not found: {name}");

    /// <summary>Numbers for the overview.</summary>
    public static ApiCount Count(ApiOptions options)
    {
        var all = All(options);
        return new(all.Count, all.Count(static c => c.Status == "warning"), all.Count(static c => c.Status == "expired"));
    }

    private static List<ApiCertificate> All(ApiOptions options)
    {
        var now = options.Time.GetUtcNow();
        return [.. options.Certificates().DistinctBy(static c => c.Thumbprint).Select(certificate => Read(certificate, now))];
    }

    private static ApiCertificate Read(X509Certificate2 certificate, DateTimeOffset now)
    {
        var notAfter = new DateTimeOffset(certificate.NotAfter).ToUniversalTime();
        var (keyType, keySize) = Key(certificate);
        return new()
        {
            Name = certificate.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant(),
            Names = Names(certificate),
            NotAfter = notAfter,
            NotBefore = new DateTimeOffset(certificate.NotBefore).ToUniversalTime(),
            SerialNumber = BigInteger.Parse("0" + certificate.SerialNumber, NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                .ToString(CultureInfo.InvariantCulture),
            CommonName = Part(certificate.SubjectName, "2.5.4.3"),
            Organization = Part(certificate.SubjectName, "2.5.4.10"),
            Country = Part(certificate.SubjectName, "2.5.4.6"),
            IssuerCommonName = Part(certificate.IssuerName, "2.5.4.3"),
            IssuerOrganization = Part(certificate.IssuerName, "2.5.4.10"),
            IssuerCountry = Part(certificate.IssuerName, "2.5.4.6"),
            Version = $"v{certificate.Version}",
            KeyType = keyType,
            KeySize = keySize,
            SignatureAlgorithm = SignatureAlgorithm(certificate.SignatureAlgorithm),
            PublicKeyFingerprint = Convert.ToHexStringLower(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo())),
            Status = notAfter <= now ? "expired" : notAfter - now < WarningBefore ? "warning" : "enabled",
        };
    }

    private static string[] Names(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault() is { } alternatives
            ? [.. alternatives.EnumerateDnsNames(), .. alternatives.EnumerateIPAddresses().Select(static address => address.ToString())]
            : [];

    private static string Part(X500DistinguishedName name, string oid) =>
        name.EnumerateRelativeDistinguishedNames()
            .Where(part => !part.HasMultipleElements && part.GetSingleElementType().Value == oid)
            .Select(static part => part.GetSingleElementValue() ?? "").FirstOrDefault("");

    private static (string Type, int Size) Key(X509Certificate2 certificate)
    {
        using var rsa = certificate.GetRSAPublicKey();
        using var ecdsa = certificate.GetECDsaPublicKey();
        return rsa is not null ? ("RSA", rsa.KeySize) : ecdsa is not null ? ("ECDSA", ecdsa.KeySize) : ("Ed25519", 0);
    }

    // Names of Go's crypto/x509, which users of the API see today.
    private static string SignatureAlgorithm(Oid oid) => oid.Value switch
    {
        "1.2.840.113549.1.1.11" => "SHA256-RSA",
        "1.2.840.113549.1.1.12" => "SHA384-RSA",
        "1.2.840.113549.1.1.13" => "SHA512-RSA",
        "1.2.840.113549.1.1.5" => "SHA1-RSA",
        "1.2.840.10045.4.3.2" => "ECDSA-SHA256",
        "1.2.840.10045.4.3.3" => "ECDSA-SHA384",
        "1.2.840.10045.4.3.4" => "ECDSA-SHA512",
        "1.3.101.112" => "Ed25519",
        _ => oid.FriendlyName ?? oid.Value ?? "",
    };
}
