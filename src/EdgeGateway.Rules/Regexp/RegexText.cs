namespace EdgeGateway.Rules.Regexp;

/// <summary>Reading a text as RE2 does, character by character; a byte that is not UTF-8 is an unpaired surrogate here (see <see cref="Text.LosslessUtf8"/>).</summary>
internal static class RegexText
{
    /// <summary>What a byte that is not UTF-8 reads as in RE2.</summary>
    public const int ReplacementCharacter = 0xFFFD;

    /// <summary>The character at <paramref name="at"/> (inside the text), and how many UTF-16 units it takes.</summary>
    public static int Read(ReadOnlySpan<char> text, int at, out int width)
    {
        width = 1;
        var c = text[at];
        if (!char.IsSurrogate(c))
        {
            return c;
        }

        if (!char.IsHighSurrogate(c) || at + 1 >= text.Length || !char.IsLowSurrogate(text[at + 1]))
        {
            return ReplacementCharacter;
        }

        width = 2;
        return char.ConvertToUtf32(c, text[at + 1]);
    }

    public static bool Holds(Assertion assertion, ReadOnlySpan<char> text, int at) => assertion switch
    {
        Assertion.TextStart => at == 0,
        Assertion.TextEnd => at == text.Length,
        Assertion.LineStart => at == 0 || text[at - 1] == '\n',
        Assertion.LineEnd => at == text.Length || text[at] == '\n',
        Assertion.WordBoundary => IsWordBoundary(text, at),
        _ => !IsWordBoundary(text, at),
    };

    private static bool IsWordBoundary(ReadOnlySpan<char> text, int at) =>
        (at > 0 && IsWord(text[at - 1])) != (at < text.Length && IsWord(text[at]));

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
}
