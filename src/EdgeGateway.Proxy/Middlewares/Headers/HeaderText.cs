using System.Buffers;

namespace EdgeGateway.Proxy.Middlewares.Headers;

/// <summary>What may stand in a header (RFC 9110 §5.1, §5.5).</summary>
internal static class HeaderText
{
    /// <summary>Characters of a token (RFC 9110 §5.6.2).</summary>
    internal static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>True for a valid header name.</summary>
    public static bool IsToken(ReadOnlySpan<char> name) => name.Length > 0 && name.IndexOfAnyExcept(TokenCharacters) < 0;

    /// <summary>The value without outer blanks, control characters replaced by a blank.</summary>
    public static string Clean(string value) =>
        string.Create(value.Length, value, static (span, text) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = text[i] is '\t' or (>= ' ' and not '\x7f') ? text[i] : ' ';
            }
        }).Trim(' ');
}
