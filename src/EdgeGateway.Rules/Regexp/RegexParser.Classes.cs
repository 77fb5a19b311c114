using System.Globalization;
using System.Text;

namespace EdgeGateway.Rules.Regexp;

/// <content>Character classes and escapes.</content>
internal sealed partial class RegexParser
{
    private void ReadBackslash(Flags flags, List<RegexNode> parts)
    {
        var next = _at + 1 < _source.Length ? _source[_at + 1] : '\0';
        switch (next)
        {
            case 'A' or 'z' or 'b' or 'B':
                _at += 2;
                parts.Add(new RegexNode.Assert(next switch
                {
                    'A' => Assertion.TextStart, 'z' => Assertion.TextEnd, 'b' => Assertion.WordBoundary, _ => Assertion.NoWordBoundary,
                }));
                return;
            case 'C':
                throw new GoRegexException("invalid escape sequence", @"\C");
            case 'Q':
                ReadQuoted(flags, parts);
                return;
        }

        if (TryReadNamedClass(flags) is { } set)
        {
            parts.Add(new RegexNode.Set(set));
            return;
        }

        parts.Add(Literal(ReadEscape(), flags));
    }

    private static RegexNode.Set Literal(int codePoint, Flags flags)
    {
        var set = new CodePointSet((codePoint, codePoint));
        return new(flags.HasFlag(Flags.FoldCase) ? set.WithCaseVariants() : set);
    }

    /// <summary><c>\Q…\E</c>: literal text; a quantifier behind it repeats the last character only.</summary>
    private void ReadQuoted(Flags flags, List<RegexNode> parts)
    {
        _at += 2;
        var end = _source.IndexOf(@"\E", _at, StringComparison.Ordinal);
        var stop = end < 0 ? _source.Length : end;
        while (_at < stop)
        {
            parts.Add(Literal(ReadCodePoint(), flags));
        }

        _at = end < 0 ? stop : stop + 2;
    }

    private CodePointSet ReadClass(Flags flags)
    {
        var start = _at++;
        var negated = _at < _source.Length && _source[_at] == '^';
        _at += negated ? 1 : 0;
        var set = new CodePointSet();
        for (var first = true; _at >= _source.Length || _source[_at] != ']' || first; first = false)
        {
            if (_at >= _source.Length)
            {
                throw new GoRegexException("missing closing ]", _source[start..]);
            }

            if (TryReadPosixClass(flags) is { } posix)
            {
                set.Add(posix);
            }
            else if (TryReadNamedClass(flags) is { } named)
            {
                set.Add(named);
            }
            else
            {
                ReadRange(set, start, flags);
            }
        }

        _at++;
        return negated ? set.Complement() : set;
    }

    private void ReadRange(CodePointSet set, int classStart, Flags flags)
    {
        var rangeStart = _at;
        var low = ReadClassMember(classStart);
        var high = low;
        if (_at + 1 < _source.Length && _source[_at] == '-' && _source[_at + 1] != ']')
        {
            _at++;
            high = ReadClassMember(classStart);
            if (high < low)
            {
                throw new GoRegexException("invalid character class range", _source[rangeStart.._at]);
            }
        }

        var range = new CodePointSet((low, high));
        set.Add(flags.HasFlag(Flags.FoldCase) ? range.WithCaseVariants() : range);
    }

    private int ReadClassMember(int classStart)
    {
        if (_at >= _source.Length)
        {
            throw new GoRegexException("missing closing ]", _source[classStart..]);
        }

        return _source[_at] == '\\' ? ReadEscape() : ReadCodePoint();
    }

    private CodePointSet? TryReadPosixClass(Flags flags)
    {
        if (!_source.AsSpan(_at).StartsWith("[:"))
        {
            return null;
        }

        var end = _source.IndexOf(":]", _at + 2, StringComparison.Ordinal);
        if (end < 0)
        {
            return null;
        }

        var name = _source.AsSpan((_at + 2)..end);
        var negated = name is ['^', ..];
        var set = PerlClasses.FromPosixName(negated ? name[1..] : name)
            ?? throw new GoRegexException("invalid character class range", _source[_at..(end + 2)]);
        _at = end + 2;
        return Finish(set, negated, flags);
    }

    /// <summary>Reads <c>\d</c>, <c>\pL</c> and the like, or nothing.</summary>
    private CodePointSet? TryReadNamedClass(Flags flags)
    {
        if (_source[_at] != '\\' || _at + 1 >= _source.Length)
        {
            return null;
        }

        var letter = _source[_at + 1];
        if (PerlClasses.FromLetter(char.ToLowerInvariant(letter)) is { } perl)
        {
            _at += 2;
            return Finish(perl, char.IsAsciiLetterUpper(letter), flags);
        }

        return letter is 'p' or 'P' ? ReadUnicodeClass(flags, letter == 'P') : null;
    }

    private CodePointSet ReadUnicodeClass(Flags flags, bool negated)
    {
        var start = _at;
        _at += 2;
        string name;
        if (_at >= _source.Length)
        {
            throw new GoRegexException("invalid character class range", _source[start..]);
        }

        if (_source[_at] == '{')
        {
            var end = _source.IndexOf('}', _at);
            if (end < 0)
            {
                throw new GoRegexException("invalid character class range", _source[start..]);
            }

            name = _source[(_at + 1)..end];
            _at = end + 1;
        }
        else
        {
            name = new Rune(ReadCodePoint()).ToString();
        }

        if (name.StartsWith('^'))
        {
            negated = !negated;
            name = name[1..];
        }

        var set = UnicodeClasses.Find(name) ?? throw new GoRegexException("invalid character class range", _source[start.._at]);
        return Finish(set, negated, flags);
    }

    private static CodePointSet Finish(CodePointSet set, bool negated, Flags flags)
    {
        set = flags.HasFlag(Flags.FoldCase) ? set.WithCaseVariants() : set;
        return negated ? set.Complement() : set;
    }

    /// <summary>Reads an escape that stands for one character.</summary>
    private int ReadEscape()
    {
        var start = _at++;
        if (_at >= _source.Length)
        {
            throw new GoRegexException("trailing backslash at end of expression", "");
        }

        var c = ReadCodePoint();
        switch (c)
        {
            case >= '1' and <= '7' when _at < _source.Length && _source[_at] is >= '0' and <= '7':
            case '0':
                var octal = c - '0';
                for (var digits = 1; digits < 3 && _at < _source.Length && _source[_at] is >= '0' and <= '7'; digits++)
                {
                    octal = octal * 8 + (_source[_at++] - '0');
                }

                return octal;
            case 'x':
                return ReadHexEscape(start);
            case 'a':
                return '\a';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'v':
                return '\v';
        }

        return c < 0x80 && !char.IsAsciiLetterOrDigit((char)c)
            ? c
            : throw new GoRegexException("invalid escape sequence", _source[start.._at]);
    }

    private int ReadHexEscape(int start)
    {
        var braced = _at < _source.Length && _source[_at] == '{';
        var end = braced ? _source.IndexOf('}', _at) : Math.Min(_at + 2, _source.Length);
        var digits = end < 0 ? [] : _source.AsSpan((braced ? _at + 1 : _at)..end);
        if ((braced ? digits.Length is < 1 or > 8 : digits.Length != 2)
            || !int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            || value is < 0 or > CodePointSet.Maximum)
        {
            throw new GoRegexException("invalid escape sequence", _source[start..Math.Min(_source.Length, Math.Max(end, _at) + (braced ? 1 : 0))]);
        }

        _at = braced ? end + 1 : end;
        return value;
    }

    private int ReadCodePoint()
    {
        var rune = Rune.GetRuneAt(_source, _at);
        _at += rune.Utf16SequenceLength;
        return rune.Value;
    }
}
