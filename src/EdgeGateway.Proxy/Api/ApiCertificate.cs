using System.Globalization;
using System.Text.Json;

namespace EdgeGateway.Proxy.Api;

/// <summary>One certificate as the API shows it.</summary>
internal sealed record ApiCertificate
{
    /// <summary>SHA-256 of the DER form, lower-case hex; also its name in paths.</summary>
    public required string Name { get; init; }

    /// <summary>DNS names and addresses it is for.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    public required DateTimeOffset NotAfter { get; init; }

    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>Decimal.</summary>
    public required string SerialNumber { get; init; }

    public required string CommonName { get; init; }

    public required string IssuerOrganization { get; init; }

    public required string IssuerCommonName { get; init; }

    public required string IssuerCountry { get; init; }

    public required string Organization { get; init; }

    public required string Country { get; init; }

    /// <summary>Such as <c>v3</c>.</summary>
    public required string Version { get; init; }

    /// <summary><c>RSA</c>, <c>ECDSA</c> or <c>Ed25519</c>.</summary>
    public required string KeyType { get; init; }

    /// <summary>Bits; 0 = not shown.</summary>
    public required int KeySize { get; init; }

    public required string SignatureAlgorithm { get; init; }

    /// <summary>SHA-256 of the public key's DER form.</summary>
    public required string PublicKeyFingerprint { get; init; }

    /// <summary><c>enabled</c>, <c>warning</c> (ends within 30 days) or <c>expired</c>.</summary>
    public required string Status { get; init; }

    /// <summary>Writes it in Traefik's order of members.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("name", Name);
        writer.WriteStartArray("sans");
        foreach (var name in Names)
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
        writer.WriteString("notAfter", Time(NotAfter));
        writer.WriteString("notBefore", Time(NotBefore));
        writer.WriteString("serialNumber", SerialNumber);
        writer.WriteString("commonName", CommonName);
        WriteUnlessEmpty(writer, "issuerOrg", IssuerOrganization);
        WriteUnlessEmpty(writer, "issuerCN", IssuerCommonName);
        WriteUnlessEmpty(writer, "issuerCountry", IssuerCountry);
        WriteUnlessEmpty(writer, "organization", Organization);
        WriteUnlessEmpty(writer, "country", Country);
        writer.WriteString("version", Version);
        writer.WriteString("keyType", KeyType);
        if (KeySize > 0)
        {
            writer.WriteNumber("keySize", KeySize);
        }

        writer.WriteString("signatureAlgorithm", SignatureAlgorithm);
        writer.WriteString("certFingerprint", Name);
        writer.WriteString("publicKeyFingerprint", PublicKeyFingerprint);
        writer.WriteString("status", Status);
        writer.WriteEndObject();
    }

    private static void WriteUnlessEmpty(Utf8JsonWriter writer, string name, string value)
    {
        if (value.Length > 0)
        {
            writer.WriteString(name, value);
        }
    }

    private static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
