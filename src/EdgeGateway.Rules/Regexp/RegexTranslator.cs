using System.Globalization;
using System.Text;

namespace EdgeGateway.Rules.Regexp;

/// <summary>
/// Reads an RE2 pattern (Go's dialect) and writes the .NET pattern of the same meaning. Source of the syntax: the documentation of
/// Go's <c>regexp/syntax</c>, flags <c>Perl</c>. What RE2 refuses is refused with Go's reason; nothing is passed through unread.
/// This part reads groups, flags and repetitions; <c>RegexTranslator.Classes.cs</c> what stands for one character.
/// </summary>
internal sealed partial class RegexTranslator
{
    /// <summary>Go's limit for one repetition and for the product of nested ones.</summary>
    private const int MaximumRepeat = 1000;

    /// <summary>Go's limit is 1000 levels of its tree, which has several per group.</summary>
    private const int MaximumNesting = 250;

    private readonly string _source;
    private readonly RegexEmitter _out;
    private readonly List<string?> _groupNames = [null];
    private int _at;
    private int _nesting;

    private RegexTranslator(string source, bool full)
    {
        _source = source;
        _out = new RegexEmitter(full);
    }

    [Flags]
    private enum Flags
    {
        None = 0,
        FoldCase = 1,
        MultiLine = 2,
        DotAll = 4,
        Ungreedy = 8,
    }

    /// <summary>Translates a pattern.</summary>
    /// <param name="source">The RE2 pattern.</param>
    /// <param name="full">See <see cref="RegexEmitter"/>.</param>
    /// <param name="groupNames">Names of the capturing groups by number; null for the whole match and unnamed groups.</param>
    /// <exception cref="GoRegexException">The pattern is invalid.</exception>
    public static string Translate(string source, bool full, out IReadOnlyList<string?> groupNames)
    {
        for (var i = 0; i < source.Length; i++)
        {
            if (char.IsSurrogate(source[i]) && !Rune.TryGetRuneAt(source, i, out _))
            {
                throw new GoRegexException("invalid UTF-8", source);
            }

            i += char.IsHighSurrogate(source[i]) ? 1 : 0;
        }

        var translator = new RegexTranslator(source, full);
        translator.ReadAlternatives(Flags.None);
        if (translator._at < source.Length)
        {
            throw new GoRegexException("unexpected )", source);
        }

        groupNames = translator._groupNames;
        return translator._out.Pattern;
    }

    /// <summary>Reads up to the closing parenthesis or the end; returns the largest product of repetitions inside.</summary>
    private int ReadAlternatives(Flags flags)
    {
        var largest = 1;
        var atom = -1;
        var product = 1;
        var repetition = -1;
        while (_at < _source.Length && _source[_at] != ')')
        {
            var start = _at;
            if (_source[_at] == '|')
            {
                _at++;
                _out.Raw("|");
                (atom, repetition) = (-1, -1);
            }
            else if (TryReadQuantifier(out var quantifier, out var times))
            {
                if (repetition >= 0)
                {
                    throw new GoRegexException("invalid nested repetition operator", _source[repetition.._at]);
                }

                if (atom < 0)
                {
                    throw new GoRegexException("missing argument to repetition operator", _source[start.._at]);
                }

                product *= times;
                if (product > MaximumRepeat)
                {
                    throw new GoRegexException("invalid repeat count", _source[start.._at]);
                }

                _out.Repeat(atom, quantifier + ReadLaziness(flags));
                repetition = start;
                largest = Math.Max(largest, product);
            }
            else
            {
                repetition = -1;
                var position = _out.Position;
                product = 1;
                if (IsFlagsOnly(ref flags))
                {
                    atom = -1;
                }
                else
                {
                    product = ReadAtom(flags, ref position);
                    atom = _out.Position > position ? position : atom;
                    largest = Math.Max(largest, product);
                }
            }
        }

        return largest;
    }

    /// <summary>Reads one atom; <paramref name="position"/> becomes the start of what a following quantifier repeats.</summary>
    private int ReadAtom(Flags flags, ref int position)
    {
        var c = _source[_at];
        switch (c)
        {
            case '(':
                return ReadGroup(flags);
            case '[':
                _out.Set(ReadClass(flags));
                return 1;
            case '.':
                _at++;
                _out.Set(flags.HasFlag(Flags.DotAll)
                    ? new CodePointSet((0, CodePointSet.Maximum))
                    : new CodePointSet(('\n', '\n')).Complement());
                return 1;
            case '^':
                _at++;
                _out.Raw(flags.HasFlag(Flags.MultiLine) ? "(?m:^)" : @"\A");
                return 1;
            case '$':
                _at++;
                // .NET's plain $ also matches before a final line feed.
                _out.Raw(flags.HasFlag(Flags.MultiLine) ? "(?m:$)" : @"\z");
                return 1;
            case '\\':
                ReadBackslash(flags, ref position);
                return 1;
            default:
                _out.Literal(ReadCodePoint(), flags.HasFlag(Flags.FoldCase));
                return 1;
        }
    }

    private int ReadGroup(Flags flags)
    {
        if (++_nesting > MaximumNesting)
        {
            throw new GoRegexException("expression nests too deeply", _source);
        }

        if (_source.AsSpan(_at).StartsWith("(?P<") || _source.AsSpan(_at).StartsWith("(?<"))
        {
            ReadGroupName();
        }
        else if (_source.AsSpan(_at).StartsWith("(?"))
        {
            // IsFlagsOnly has read "(?flags)" already, so this ends in a colon.
            flags = ReadFlags(flags);
            _out.Raw("(?:");
        }
        else
        {
            _at++;
            _groupNames.Add(null);
            OpenCapture();
        }

        var product = ReadAlternatives(flags);
        if (_at >= _source.Length)
        {
            throw new GoRegexException("missing closing )", _source);
        }

        _at++;
        _nesting--;
        _out.Raw(")");
        return product;
    }

    /// <summary>Groups are numbered explicitly: .NET would count the named ones last.</summary>
    private void OpenCapture() => _out.Raw($"(?<{(_groupNames.Count - 1).ToString(CultureInfo.InvariantCulture)}>");

    private void ReadGroupName()
    {
        var start = _at;
        var nameStart = _source.IndexOf('<', _at) + 1;
        // (?<= and (?<! come here too; neither = nor ! can be in a name.
        var end = _source.IndexOf('>', nameStart);
        if (end < 0 && _source.AsSpan(nameStart) is not ['=' or '!', ..])
        {
            throw new GoRegexException("invalid named capture", _source[start..]);
        }

        if (_source.AsSpan(nameStart) is ['=' or '!', ..])
        {
            throw new GoRegexException("invalid or unsupported Perl syntax", _source[start..(nameStart + 1)]);
        }

        var name = _source[nameStart..end];
        if (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            throw new GoRegexException("invalid named capture", _source[start..(end + 1)]);
        }

        if (_groupNames.Contains(name))
        {
            throw new GoRegexException("duplicate named capture", name);
        }

        _groupNames.Add(name);
        _at = end + 1;
        OpenCapture();
    }

    /// <summary>Reads <c>(?flags)</c>, which changes the flags up to the end of the group around it.</summary>
    private bool IsFlagsOnly(ref Flags flags)
    {
        var rest = _source.AsSpan(_at);
        if (!rest.StartsWith("(?") || rest.StartsWith("(?P<") || rest.StartsWith("(?<"))
        {
            return false;
        }

        var start = _at;
        var changed = ReadFlags(flags);
        if (_source[_at - 1] == ':')
        {
            _at = start;
            return false;
        }

        flags = changed;
        return true;
    }

    /// <summary>Reads <c>(?flags:</c> or <c>(?flags)</c>.</summary>
    private Flags ReadFlags(Flags flags)
    {
        var start = _at;
        var negative = false;
        var any = false;
        for (_at += 2; _at < _source.Length; _at++)
        {
            var c = _source[_at];
            var flag = c switch
            {
                'i' => Flags.FoldCase, 'm' => Flags.MultiLine, 's' => Flags.DotAll, 'U' => Flags.Ungreedy, _ => Flags.None,
            };
            if (flag != Flags.None)
            {
                any = true;
                flags = negative ? flags & ~flag : flags | flag;
            }
            else if (c == '-' && !negative)
            {
                negative = true;
                any = false;
            }
            else if (c is ':' or ')' && (any || !negative) && (c == ':' || any))
            {
                _at++;
                return flags;
            }
            else
            {
                _at++;
                break;
            }
        }

        throw _at >= _source.Length && !_source.AsSpan(start).ContainsAny(":)")
            ? new GoRegexException("missing closing )", _source)
            : new GoRegexException("invalid or unsupported Perl syntax", _source[start.._at]);
    }

    private bool TryReadQuantifier(out string quantifier, out int times)
    {
        times = 1;
        quantifier = _source[_at].ToString();
        if (_source[_at] is '*' or '+' or '?')
        {
            _at++;
            return true;
        }

        if (_source[_at] != '{' || !TryReadCounts(out var minimum, out var maximum, out var end))
        {
            return false;
        }

        quantifier = _source[_at..end];
        if (minimum > MaximumRepeat || maximum > MaximumRepeat || (maximum >= 0 && minimum > maximum))
        {
            throw new GoRegexException("invalid repeat count", quantifier);
        }

        _at = end;
        times = Math.Max(1, maximum >= 0 ? maximum : minimum);
        return true;
    }

    /// <summary><c>{n}</c>, <c>{n,}</c>, <c>{n,m}</c>; anything else is the literal text.</summary>
    private bool TryReadCounts(out int minimum, out int maximum, out int end)
    {
        maximum = -1;
        end = _at + 1;
        if (!TryReadNumber(ref end, out minimum))
        {
            return false;
        }

        if (end < _source.Length && _source[end] == ',')
        {
            end++;
            if (end < _source.Length && _source[end] != '}' && !TryReadNumber(ref end, out maximum))
            {
                return false;
            }
        }
        else
        {
            maximum = minimum;
        }

        return end < _source.Length && _source[end++] == '}';
    }

    private bool TryReadNumber(ref int at, out int number)
    {
        var start = at;
        number = 0;
        while (at < _source.Length && char.IsAsciiDigit(_source[at]))
        {
            number = Math.Min(number * 10 + (_source[at++] - '0'), MaximumRepeat * 10);
        }

        // Go takes no leading zeros.
        return at > start && (at == start + 1 || _source[start] != '0');
    }

    private string ReadLaziness(Flags flags)
    {
        var lazy = flags.HasFlag(Flags.Ungreedy);
        if (_at < _source.Length && _source[_at] == '?')
        {
            _at++;
            lazy = !lazy;
        }

        return lazy ? "?" : "";
    }
}
