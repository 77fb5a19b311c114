using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace EdgeGateway.Proxy.Middlewares.PassTLSClientCert;

/// <summary>Subject alternative names (RFC 5280 §4.2.1.6): DNS names, mail addresses, IP addresses, URIs, in this order.</summary>
internal static class AlternativeNames
{
    private const string Oid = "2.5.29.17";

    /// <summary>The names with commas between them.</summary>
    public static string Write(X509Certificate2 certificate)
    {
        List<string> dns = [], mail = [], addresses = [], uris = [];
        try
        {
            if (certificate.Extensions[Oid] is { } extension)
            {
                var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
                while (names.HasData)
                {
                    var tag = names.PeekTag();
                    switch (tag)
                    {
                        case { TagClass: TagClass.ContextSpecific, TagValue: 1 }:
                            mail.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, tag));
                            break;
                        case { TagClass: TagClass.ContextSpecific, TagValue: 2 }:
                            dns.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, tag));
                            break;
                        case { TagClass: TagClass.ContextSpecific, TagValue: 6 }:
                            uris.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, tag));
                            break;
                        case { TagClass: TagClass.ContextSpecific, TagValue: 7 } when names.ReadOctetString(tag) is { Length: 4 or 16 } address:
                            addresses.Add(new IPAddress(address).ToString());
                            break;
                        case { TagClass: TagClass.ContextSpecific, TagValue: 7 }:
                            break; // read above, not an address
                        default:
                            names.ReadEncodedValue();
                            break;
                    }
                }
            }
        }
        catch (AsnContentException)
        {
            // What could be read counts.
        }

        return string.Join(',', [.. dns, .. mail, .. addresses, .. uris]);
    }
}
