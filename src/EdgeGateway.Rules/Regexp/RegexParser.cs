using System.Text;

namespace EdgeGateway.Rules.Regexp;

/// <summary>
/// Reads an RE2 pattern (Go's dialect). Source of the syntax: the documentation of
/// Go's <c>regexp/syntax</c>, flags <c>Perl</c>. What RE2 refuses is refused with Go's reason.
/// This part reads groups, flags and repetitions; <c>RegexParser.Classes.cs</c> what stands for one character.
/// </summary>
internal sealed partial class RegexParser
{
    /// <summary>Go's limit for one repetition and for the product of nested ones.</summary>
    private const int MaximumRepeat = 1000;

    /// <summary>Go's limit is 1000 levels of its tree, which has several per group.</summary>
    private const int MaximumNesting = 250;

    private readonly string _source;
    private readonly List<string?> _groupNames = [null];
    private int _at;
    private int _nesting;

    private RegexParser(string source) => _source = source;

    [Flags]
    private enum Flags
    {
        None = 0,
        FoldCase = 1,
        MultiLine = 2,
        DotAll = 4,
        Ungreedy = 8,
    }

    /// <summary>Reads a pattern.</summary>
    /// <param name="source">The RE2 pattern.</param>
    /// <param name="groupNames">Names of the capturing groups by number; null for the whole match and unnamed groups.</param>
    /// <exception cref="GoRegexException">The pattern is invalid.</exception>
    public static RegexNode Parse(string source, out IReadOnlyList<string?> groupNames)
    {
        for (var i = 0; i < source.Length; i++)
        {
            if (char.IsSurrogate(source[i]) && !Rune.TryGetRuneAt(source, i, out _))
            {
                throw new GoRegexException("invalid UTF-8", source);
            }

            i += char.IsHighSurrogate(source[i]) ? 1 : 0;
        }

        var parser = new RegexParser(source);
        parser.ReadAlternatives(Flags.None, out var node);
        if (parser._at < source.Length)
        {
            throw new GoRegexException("unexpected )", source);
        }

        groupNames = parser._groupNames;
        return node;
    }

    /// <summary>Reads up to the closing parenthesis or the end; returns the largest product of repetitions inside.</summary>
    private int ReadAlternatives(Flags flags, out RegexNode node)
    {
        var branches = new List<RegexNode>();
        var parts = new List<RegexNode>();
        var largest = 1;
        var product = 1;
        var repetition = -1;
        while (_at < _source.Length && _source[_at] != ')')
        {
            var start = _at;
            if (_source[_at] == '|')
            {
                _at++;
                branches.Add(Join(parts));
                parts = [];
                repetition = -1;
            }
            else if (TryReadQuantifier(out var minimum, out var maximum))
            {
                if (repetition >= 0)
                {
                    throw new GoRegexException("invalid nested repetition operator", _source[repetition.._at]);
                }

                if (parts.Count == 0)
                {
                    throw new GoRegexException("missing argument to repetition operator", _source[start.._at]);
                }

                product *= Math.Max(1, _source[start] == '{' ? Math.Max(minimum, maximum) : 1);
                if (product > MaximumRepeat)
                {
                    throw new GoRegexException("invalid repeat count", _source[start.._at]);
                }

                parts[^1] = new RegexNode.Repeat(parts[^1], minimum, maximum, IsGreedy(flags));
                repetition = start;
                largest = Math.Max(largest, product);
            }
            else
            {
                repetition = -1;
                product = 1;
                if (!IsFlagsOnly(ref flags))
                {
                    product = ReadAtom(flags, parts);
                    largest = Math.Max(largest, product);
                }
            }
        }

        branches.Add(Join(parts));
        node = branches.Count == 1 ? branches[0] : new RegexNode.Alternate(branches);
        return largest;
    }

    private static RegexNode Join(List<RegexNode> parts) => parts.Count == 1 ? parts[0] : new RegexNode.Concat(parts);

    /// <summary>Reads one atom, or several between <c>\Q</c> and <c>\E</c>; a quantifier repeats the last.</summary>
    private int ReadAtom(Flags flags, List<RegexNode> parts)
    {
        switch (_source[_at])
        {
            case '(':
                return ReadGroup(flags, parts);
            case '[':
                parts.Add(new RegexNode.Set(ReadClass(flags)));
                break;
            case '.':
                _at++;
                parts.Add(new RegexNode.Set(flags.HasFlag(Flags.DotAll) ? CodePointSet.All : CodePointSet.NoLineFeed));
                break;
            case '^':
                _at++;
                parts.Add(new RegexNode.Assert(flags.HasFlag(Flags.MultiLine) ? Assertion.LineStart : Assertion.TextStart));
                break;
            case '$':
                _at++;
                parts.Add(new RegexNode.Assert(flags.HasFlag(Flags.MultiLine) ? Assertion.LineEnd : Assertion.TextEnd));
                break;
            case '\\':
                ReadBackslash(flags, parts);
                break;
            default:
                parts.Add(Literal(ReadCodePoint(), flags));
                break;
        }

        return 1;
    }

    private int ReadGroup(Flags flags, List<RegexNode> parts)
    {
        if (++_nesting > MaximumNesting)
        {
            throw new GoRegexException("expression nests too deeply", _source);
        }

        var group = 0;
        if (_source.AsSpan(_at).StartsWith("(?P<") || _source.AsSpan(_at).StartsWith("(?<"))
        {
            ReadGroupName();
            group = _groupNames.Count - 1;
        }
        else if (_source.AsSpan(_at).StartsWith("(?"))
        {
            // IsFlagsOnly has read "(?flags)" already, so this ends in a colon.
            flags = ReadFlags(flags);
        }
        else
        {
            _at++;
            _groupNames.Add(null);
            group = _groupNames.Count - 1;
        }

        var product = ReadAlternatives(flags, out var body);
        if (_at >= _source.Length)
        {
            throw new GoRegexException("missing closing )", _source);
        }

        _at++;
        _nesting--;
        parts.Add(group > 0 ? new RegexNode.Capture(group, body) : body);
        return product;
    }

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

    private bool TryReadQuantifier(out int minimum, out int maximum)
    {
        (minimum, maximum) = _source[_at] switch
        {
            '*' => (0, -1), '+' => (1, -1), '?' => (0, 1), _ => (-1, -1),
        };
        if (minimum >= 0)
        {
            _at++;
            return true;
        }

        if (_source[_at] != '{' || !TryReadCounts(out minimum, out maximum, out var end))
        {
            return false;
        }

        if (minimum > MaximumRepeat || maximum > MaximumRepeat || (maximum >= 0 && minimum > maximum))
        {
            throw new GoRegexException("invalid repeat count", _source[_at..end]);
        }

        _at = end;
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

    private bool IsGreedy(Flags flags)
    {
        var greedy = !flags.HasFlag(Flags.Ungreedy);
        if (_at < _source.Length && _source[_at] == '?')
        {
            _at++;
            greedy = !greedy;
        }

        return greedy;
    }
}
