namespace EdgeGateway.Tailscale.LocalApi;

/// <summary>Rules for names that tailscaled can have certificates for.</summary>
public static class TailnetName
{
    private const string Suffix = ".ts.net";

    /// <summary>Trimmed, lower case, without one final dot: tailscaled does not fold case, and <c>Self.DNSName</c> ends with a dot.</summary>
    public static string Normalize(string name)
    {
        var text = name.Trim();
        if (text.EndsWith('.'))
        {
            text = text[..^1];
        }

        return text.ToLowerInvariant();
    }

    /// <summary>
    /// True for <c>machine.tailnet.ts.net</c> and names below it, such as <c>app.machine.tailnet.ts.net</c> or
    /// <c>*.machine.tailnet.ts.net</c>. Traefik wants exactly four labels; tailscaled has more since it issues wildcards.
    /// </summary>
    public static bool IsValid(string name)
    {
        // RFC 1035 §2.3.4: 253 characters in text form.
        if (name.Length > 253 || !name.EndsWith(Suffix, StringComparison.Ordinal))
        {
            return false;
        }

        var labels = 0;
        var start = 0;
        for (var i = 0; i <= name.Length; i++)
        {
            if (i == name.Length || name[i] == '.')
            {
                if (!IsLabel(name.AsSpan(start, i - start), first: labels == 0))
                {
                    return false;
                }

                labels++;
                start = i + 1;
            }
        }

        return labels >= (name[0] == '*' ? 5 : 4);
    }

    private static bool IsLabel(ReadOnlySpan<char> label, bool first)
    {
        if (first && label is "*")
        {
            return true;
        }

        foreach (var c in label)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('-' or '_'))
            {
                return false;
            }
        }

        return label.Length is > 0 and <= 63;
    }
}
