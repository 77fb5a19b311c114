using System.Formats.Asn1;

namespace EdgeGateway.Proxy.Tls;

/// <summary>An attribute of a distinguished name (RFC 5280 §4.1.2.4).</summary>
/// <param name="Oid">Its kind.</param>
/// <param name="Value">Its value, DER.</param>
internal readonly record struct NameAttribute(string Oid, ReadOnlyMemory<byte> Value)
{
    /// <summary>The value as text; null when it is none.</summary>
    public string? Text
    {
        get
        {
            var reader = new AsnReader(Value, AsnEncodingRules.DER);
            var tag = reader.PeekTag();
            return tag.TagClass == TagClass.Universal && (UniversalTagNumber)tag.TagValue is var kind && IsText(kind) ? reader.ReadCharacterString(kind) : null;
        }
    }

    /// <summary>The attributes in their order; where the name is malformed, those before that place.</summary>
    /// <param name="name">DER.</param>
    public static List<NameAttribute> Read(byte[] name)
    {
        List<NameAttribute> attributes = [];
        try
        {
            var names = new AsnReader(name, AsnEncodingRules.DER).ReadSequence();
            while (names.HasData)
            {
                var set = names.ReadSetOf(skipSortOrderValidation: true);
                while (set.HasData)
                {
                    var attribute = set.ReadSequence();
                    var read = new NameAttribute(attribute.ReadObjectIdentifier(), attribute.ReadEncodedValue());
                    _ = read.Text; // A text that is none of its kind is malformed, too.
                    attributes.Add(read);
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
