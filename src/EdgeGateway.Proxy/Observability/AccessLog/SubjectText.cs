using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EdgeGateway.Proxy.Tls;

namespace EdgeGateway.Proxy.Observability.AccessLog;

/// <summary>
/// Subject of a client's certificate as Traefik logs it: the well-known attributes grouped by kind, last kind first, values of one kind joined by
/// <c>+</c>; then all others as <c>oid=#hex</c>, the last first (Go's <c>pkix.Name.String</c>, after RFC 2253).
/// </summary>
internal static class SubjectText
{
    private static readonly (string Oid, string Name)[] Kinds =
    [
        ("2.5.4.5", "SERIALNUMBER"), ("2.5.4.3", "CN"), ("2.5.4.11", "OU"), ("2.5.4.10", "O"), ("2.5.4.17", "POSTALCODE"),
        ("2.5.4.9", "STREET"), ("2.5.4.7", "L"), ("2.5.4.8", "ST"), ("2.5.4.6", "C"),
    ];

    /// <summary>The text; empty when the certificate cannot be read.</summary>
    /// <param name="certificate">DER.</param>
    public static string Of(byte[] certificate)
    {
        try
        {
            using var loaded = X509CertificateLoader.LoadCertificate(certificate);
            return Write(NameAttribute.Read(loaded.SubjectName.RawData));
        }
        catch (CryptographicException)
        {
            return "";
        }
    }

    private static string Write(List<NameAttribute> attributes)
    {
        var parts = new List<string>();
        foreach (var (oid, name) in Kinds)
        {
            var values = attributes.Where(a => a.Oid == oid && a.Text is not null).Select(a => $"{name}={Escape(a.Text!)}").ToList();
            if (values.Count > 0)
            {
                // There is one serial number and one common name: the last.
                parts.Add(name is "SERIALNUMBER" or "CN" ? values[^1] : string.Join('+', values));
            }
        }

        parts.AddRange(attributes.Where(static a => !Kinds.Any(kind => kind.Oid == a.Oid))
            .Select(static a => $"{a.Oid}=#{Hex(a)}").Reverse());
        return string.Join(',', parts);
    }

    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is ',' or '+' or '"' or '\\' or '<' or '>' or ';' || (text[i] == ' ' && (i == 0 || i == text.Length - 1)) || (text[i] == '#' && i == 0))
            {
                escaped.Append('\\');
            }

            escaped.Append(text[i]);
        }

        return escaped.ToString();
    }

    // Go writes a text anew, in the narrowest kind that holds it.
    private static string Hex(NameAttribute attribute)
    {
        if (attribute.Text is not { } text)
        {
            return Convert.ToHexStringLower(attribute.Value.Span);
        }

        var rewritten = new AsnWriter(AsnEncodingRules.DER);
        rewritten.WriteCharacterString(text.All(IsPrintable) ? UniversalTagNumber.PrintableString : UniversalTagNumber.UTF8String, text);
        return Convert.ToHexStringLower(rewritten.Encode());
    }

    // The characters of ASN.1's PrintableString.
    private static bool IsPrintable(char c) => char.IsAsciiLetterOrDigit(c) || " '()+,-./:=?".Contains(c, StringComparison.Ordinal);
}
