using System.Text;

namespace EdgeGateway.Rules.Syntax;

/// <summary>
/// Cuts a rule into tokens as Go's scanner does, because Traefik hands rules to Go's expression parser: blanks, both comment
/// forms, raw and interpreted strings, and the semicolon that a line break stands for after an operand.
/// </summary>
internal sealed class RuleLexer
{
    private readonly string _text;
    private int _position;
    private bool _lineBreakCounts;

    public RuleLexer(string text)
    {
        _text = text;
        // Go skips a byte order mark at the very beginning only.
        _position = text.StartsWith('\uFEFF') ? 1 : 0;
        RefuseIllegalCharacters();
    }

    /// <summary>The next token; <see cref="RuleTokenKind.End"/> again and again at the end.</summary>
    public RuleToken Next()
    {
        if (SkipBlanks() is { } lineBreak)
        {
            _lineBreakCounts = false;
            return new RuleToken(RuleTokenKind.LineBreak, "end of line", lineBreak);
        }

        var start = _position;
        if (start >= _text.Length)
        {
            _lineBreakCounts = false;
            return new RuleToken(RuleTokenKind.End, "end of rule", start);
        }

        var token = ReadToken(start);
        // Numbers and closing brackets also end an operand in Go; they are Other here and an error wherever they stand.
        _lineBreakCounts = token.Kind is RuleTokenKind.Name or RuleTokenKind.Text or RuleTokenKind.Close;
        return token;
    }

    /// <summary>An error at a place, in lines and columns from 1.</summary>
    public RuleException Error(string reason, int position, string code = RuleCodes.Syntax)
    {
        var before = _text.AsSpan(0, Math.Min(position, _text.Length));
        var line = before.Count('\n') + 1;
        var column = before.Length - (before.LastIndexOf('\n') + 1) + 1;
        return new RuleException(code, reason, line, column, _text);
    }

    private RuleToken ReadToken(int start)
    {
        var c = _text[start];
        if (IsLetter(start, out _))
        {
            return new RuleToken(RuleTokenKind.Name, ReadName(), start);
        }

        return c switch
        {
            '`' => new RuleToken(RuleTokenKind.Text, ReadRawString(), start),
            '"' => new RuleToken(RuleTokenKind.Text, ReadInterpretedString(), start),
            '(' => Take(RuleTokenKind.Open, 1),
            ')' => Take(RuleTokenKind.Close, 1),
            ',' => Take(RuleTokenKind.Comma, 1),
            '&' when Follows("&&") => Take(RuleTokenKind.And, 2),
            '|' when Follows("||") => Take(RuleTokenKind.Or, 2),
            '!' when !Follows("!=") => Take(RuleTokenKind.Not, 1),
            '.' when Follows("...") => Take(RuleTokenKind.Ellipsis, 3),
            '\'' => throw Error("single quotes are not strings here, write `…` or \"…\"", start),
            _ => Take(RuleTokenKind.Other, Rune.TryGetRuneAt(_text, start, out var rune) ? rune.Utf16SequenceLength : 1),
        };
    }

    /// <summary>Skips blanks and comments; returns the place of a line break that counts, the end of the text included in Go but not here.</summary>
    private int? SkipBlanks()
    {
        while (_position < _text.Length)
        {
            var c = _text[_position];
            if (c == '\n')
            {
                if (_lineBreakCounts)
                {
                    return _position++;
                }

                _position++;
            }
            else if (c is ' ' or '\t' or '\r')
            {
                _position++;
            }
            else if (Follows("//"))
            {
                var end = _text.IndexOf('\n', _position);
                _position = end < 0 ? _text.Length : end;
            }
            else if (Follows("/*"))
            {
                var start = _position;
                var end = _text.IndexOf("*/", start + 2, StringComparison.Ordinal);
                if (end < 0)
                {
                    throw Error("comment not terminated", start);
                }

                _position = end + 2;
                if (_lineBreakCounts && _text.AsSpan(start, end - start).Contains('\n'))
                {
                    return start;
                }
            }
            else
            {
                break;
            }
        }

        return null;
    }

    private string ReadName()
    {
        var start = _position;
        while (_position < _text.Length)
        {
            if (!IsLetter(_position, out var rune) && !(rune is { } r && Rune.IsDigit(r)))
            {
                break;
            }

            _position += rune!.Value.Utf16SequenceLength;
        }

        return _text[start.._position];
    }

    private string ReadRawString()
    {
        var start = _position;
        var end = _text.IndexOf('`', start + 1);
        if (end < 0)
        {
            throw Error("raw string not terminated: a closing backtick is missing", start);
        }

        _position = end + 1;
        // Go drops carriage returns from raw strings.
        return _text[(start + 1)..end].Replace("\r", "", StringComparison.Ordinal);
    }

    private string ReadInterpretedString()
    {
        var start = _position;
        for (var i = start + 1; i < _text.Length && _text[i] != '\n'; i++)
        {
            if (_text[i] == '\\')
            {
                i++;
            }
            else if (_text[i] == '"')
            {
                _position = i + 1;
                var content = _text.AsSpan(start + 1, i - start - 1);
                if (!GoStringLiteral.TryUnquote(content, out var value, out var fault))
                {
                    throw Error("unknown or incomplete escape in a \"…\" string (in regular expressions double each backslash, or use `…`)",
                        start + 1 + fault);
                }

                return value;
            }
        }

        throw Error("string not terminated: a closing \" is missing", start);
    }

    private RuleToken Take(RuleTokenKind kind, int length)
    {
        var token = new RuleToken(kind, _text.Substring(_position, length), _position);
        _position += length;
        return token;
    }

    private bool Follows(string expected) => _text.AsSpan(_position).StartsWith(expected, StringComparison.Ordinal);

    private bool IsLetter(int index, out Rune? rune)
    {
        rune = Rune.TryGetRuneAt(_text, index, out var value) ? value : null;
        return rune is { } r && (r.Value == '_' || Rune.IsLetter(r));
    }

    /// <summary>Go refuses these anywhere, even inside strings and comments.</summary>
    private void RefuseIllegalCharacters()
    {
        for (var i = _position; i < _text.Length; i++)
        {
            var c = _text[i];
            if (c is '\0' or '\uFEFF')
            {
                throw Error(c == '\0' ? "illegal NUL character" : "illegal byte order mark", i);
            }

            if (char.IsSurrogate(c))
            {
                if (!Rune.TryGetRuneAt(_text, i, out _))
                {
                    throw Error("the text is not valid Unicode", i);
                }

                i++;
            }
        }
    }
}
