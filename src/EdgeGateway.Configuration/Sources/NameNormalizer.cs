using System.Buffers;
using System.Text;

namespace EdgeGateway.Configuration.Sources;

/// <summary>Makes element names from any text (dynamic-config §2.4).</summary>
public static class NameNormalizer
{
    private static readonly SearchValues<char> Plain = SearchValues.Create("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Letters and numbers of every script stay, each run of other runes becomes one <c>-</c>, none at the ends. May be empty.</summary>
    public static string Normalize(string text)
    {
        if (text.Length > 0 && !text.AsSpan().ContainsAnyExcept(Plain) && text[0] != '-' && text[^1] != '-' && !text.Contains("--", StringComparison.Ordinal))
        {
            // The usual name: nothing to change, and one string less to keep.
            return text;
        }

        var result = new StringBuilder(text.Length);
        var gap = false;
        foreach (var rune in text.EnumerateRunes())
        {
            if (!Rune.IsLetter(rune) && !Rune.IsNumber(rune))
            {
                gap = true;
                continue;
            }

            if (gap && result.Length > 0)
            {
                result.Append('-');
            }

            gap = false;
            result.Append(rune.ToString());
        }

        return result.ToString();
    }
}
