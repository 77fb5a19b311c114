using EdgeGateway.Proxy.Tls;

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
        var attributes = NameAttribute.Read(der).Select(static a => (a.Oid, Value: a.Text)).Where(static a => a.Value is not null).ToList();
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
}
