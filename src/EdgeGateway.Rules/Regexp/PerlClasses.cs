namespace EdgeGateway.Rules.Regexp;

/// <summary>The named ASCII classes of RE2: <c>\d \s \w</c> and <c>[:alpha:]</c> with its kin.</summary>
internal static class PerlClasses
{
    private static readonly (int, int) Digits = ('0', '9');
    private static readonly (int, int) Upper = ('A', 'Z');
    private static readonly (int, int) Lower = ('a', 'z');

    /// <summary>The class of <c>\d</c>, <c>\s</c> or <c>\w</c> (lower-case letter), or null.</summary>
    public static CodePointSet? FromLetter(char letter) => letter switch
    {
        'd' => new CodePointSet(Digits),
        's' => new CodePointSet(('\t', '\n'), ('\f', '\r'), (' ', ' ')),
        'w' => new CodePointSet(Digits, Upper, Lower, ('_', '_')),
        _ => null,
    };

    /// <summary>The class of a name between <c>[:</c> and <c>:]</c>, or null.</summary>
    public static CodePointSet? FromPosixName(ReadOnlySpan<char> name) => name switch
    {
        "alnum" => new CodePointSet(Digits, Upper, Lower),
        "alpha" => new CodePointSet(Upper, Lower),
        "ascii" => new CodePointSet((0, 0x7F)),
        "blank" => new CodePointSet(('\t', '\t'), (' ', ' ')),
        "cntrl" => new CodePointSet((0, 0x1F), (0x7F, 0x7F)),
        "digit" => new CodePointSet(Digits),
        "graph" => new CodePointSet(('!', '~')),
        "lower" => new CodePointSet(Lower),
        "print" => new CodePointSet((' ', '~')),
        "punct" => new CodePointSet(('!', '/'), (':', '@'), ('[', '`'), ('{', '~')),
        "space" => new CodePointSet(('\t', '\r'), (' ', ' ')),
        "upper" => new CodePointSet(Upper),
        "word" => new CodePointSet(Digits, Upper, Lower, ('_', '_')),
        "xdigit" => new CodePointSet(Digits, ('A', 'F'), ('a', 'f')),
        _ => null,
    };
}
