using System.Formats.Asn1;

namespace EdgeGateway.Proxy.Middlewares.PassTLSClientCert;

/// <summary>Parts of a distinguished name (RFC 5280 §4.1.2.4), by kind and not in their own order, as Traefik writes them.</summary>
internal static class DistinguishedName
{
    private const string OidDomainComponent = "0.9.2342.19200300.100.1.25";
    private const string OidCountry = "2.5.4.6";
    private const string OidProvince = "2.5.4.8";
    private const string OidLocality = "2.5.4.7";
    private const string OidOrganization = "2.5.4.10";
    private const string OidOrganizationalUnit = "2.5.4.11";
    private const string OidSerialNumber = "2.5.4.5";
    private const string OidCommonName = "2.5.4.3";

    /// <summary><c>DC=…,C=…,ST=…,L=…,O=…,OU=…,SN=…,CN=…</c>; serial number and common name once, the last one.</summary>
    public static string Write(
        byte[] der, bool domainComponent, bool country, bool province, bool locality, bool organization, bool organizationalUnit,
        bool serialNumber, bool commonName)
    {
        var attributes = Read(der);
        List<string> parts = [];
        All(domainComponent, OidDomainComponent, "DC");
        All(country, OidCountry, "C");
        All(province, OidProvince, "ST");
        All(locality, OidLocality, "L");
        All(organization, OidOrganization, "O");
        All(organizationalUnit, OidOrganizationalUnit, "OU");
        Last(serialNumber, OidSerialNumber, "SN");
        Last(commonName, OidCommonName, "CN");
        return string.Join(',', parts);

        void All(bool wanted, string oid, string label)
        {
            if (wanted)
            {
                parts.AddRange(attributes.Where(a => a.Oid == oid).Select(a => $"{label}={a.Value}"));
            }
        }

        void Last(bool wanted, string oid, string label)
        {
            if (wanted && attributes.LastOrDefault(a => a.Oid == oid).Value is { Length: > 0 } value)
            {
                parts.Add($"{label}={value}");
            }
        }
    }

    private static List<(string Oid, string Value)> Read(byte[] der)
    {
        List<(string, string)> attributes = [];
        try
        {
            var names = new AsnReader(der, AsnEncodingRules.DER).ReadSequence();
            while (names.HasData)
            {
                var set = names.ReadSetOf(skipSortOrderValidation: true);
                while (set.HasData)
                {
                    var attribute = set.ReadSequence();
                    var oid = attribute.ReadObjectIdentifier();
                    var tag = attribute.PeekTag();
                    if (tag.TagClass == TagClass.Universal && (UniversalTagNumber)tag.TagValue is var kind && IsText(kind))
                    {
                        attributes.Add((oid, attribute.ReadCharacterString(kind)));
                    }
                }
            }
        }
        catch (AsnContentException)
        {
            // What could be read counts.
        }

        return attributes;
    }

    private static bool IsText(UniversalTagNumber kind) => kind is UniversalTagNumber.UTF8String or UniversalTagNumber.PrintableString
        or UniversalTagNumber.IA5String or UniversalTagNumber.T61String or UniversalTagNumber.BMPString or UniversalTagNumber.NumericString;
}
