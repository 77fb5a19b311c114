namespace EdgeGateway.Proxy.Observability;

/// <summary>Texts of clients and servers as JSON strings.</summary>
internal static class JsonText
{
    /// <summary>Appends the text with its quotes.</summary>
    public static void Quoted(string value, ref Utf8Line line)
    {
        line.Append((byte)'"');
        Inner(value, ref line);
        line.Append((byte)'"');
    }

    /// <summary>Appends the text without quotes around it.</summary>
    public static void Inner(string value, ref Utf8Line line)
    {
        if (!value.AsSpan().ContainsAny(Dangerous.Characters))
        {
            line.AppendText(value);
            return;
        }

        foreach (var rune in value.EnumerateRunes())
        {
            if (rune.Value is '"' or '\\')
            {
                line.Append((byte)'\\');
                line.Append((byte)rune.Value);
            }
            else if (rune.Value is < ' ' or 0x7f)
            {
                line.Append("\\u"u8);
                line.AppendValue(rune.Value, "X4");
            }
            else
            {
                line.AppendRune(rune);
            }
        }
    }
}
