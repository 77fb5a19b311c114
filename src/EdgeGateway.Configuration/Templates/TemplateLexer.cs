using System.Globalization;
using System.Text;

namespace EdgeGateway.Configuration.Templates;

/// <summary>Splits the inside of an action (between <c>{{</c> and <c>}}</c>) into tokens.</summary>
internal sealed class TemplateLexer(string text, int start, Func<int, string, TemplateException> fail)
{
    private int _at = start;

    /// <summary>Reads up to <c>}}</c>.</summary>
    /// <param name="tokens">The tokens, closed by <see cref="TemplateTokenKind.End"/>.</param>
    /// <param name="trimRight">True when the action ends in <c> -}}</c>.</param>
    /// <returns>Offset behind the action.</returns>
    internal int Read(List<TemplateToken> tokens, out bool trimRight)
    {
        while (true)
        {
            var space = SkipBlanks();
            var rest = text.AsSpan(_at);
            if (rest.StartsWith("-}}") && space)
            {
                trimRight = true;
                tokens.Add(new(TemplateTokenKind.End, "}}", _at, space));
                return _at + 3;
            }

            if (rest.StartsWith("}}"))
            {
                trimRight = false;
                tokens.Add(new(TemplateTokenKind.End, "}}", _at, space));
                return _at + 2;
            }

            if (rest.IsEmpty)
            {
                throw fail(_at, "unclosed action");
            }

            tokens.Add(Next(space));
        }
    }

    private bool SkipBlanks()
    {
        var from = _at;
        while (_at < text.Length && text[_at] is ' ' or '\t' or '\r' or '\n')
        {
            _at++;
        }

        return _at > from;
    }

    private TemplateToken Next(bool space)
    {
        var from = _at;
        var first = text[_at];
        switch (first)
        {
            case '|':
                return One(TemplateTokenKind.Pipe, space);
            case '(':
                return One(TemplateTokenKind.Open, space);
            case ')':
                return One(TemplateTokenKind.Close, space);
            case ',':
                return One(TemplateTokenKind.Comma, space);
            case '=':
                return One(TemplateTokenKind.Assign, space);
            case ':' when _at + 1 < text.Length && text[_at + 1] == '=':
                _at += 2;
                return new(TemplateTokenKind.Declare, ":=", from, space);
            case '"':
                return new(TemplateTokenKind.Text, Quoted('"'), from, space);
            case '\'':
                return new(TemplateTokenKind.Character, Quoted('\''), from, space);
            case '`':
                return new(TemplateTokenKind.Text, Raw(), from, space);
            case '$':
                _at++;
                return new(TemplateTokenKind.Variable, "$" + Word(), from, space);
            case '.' when _at + 1 < text.Length && char.IsAsciiDigit(text[_at + 1]):
                return new(TemplateTokenKind.Number, Number(), from, space);
            case '.':
                _at++;
                var name = Word();
                return new(name.Length == 0 ? TemplateTokenKind.Dot : TemplateTokenKind.Field, name, from, space);
        }

        if (char.IsAsciiDigit(first) || (first is '+' or '-' && _at + 1 < text.Length && (char.IsAsciiDigit(text[_at + 1]) || text[_at + 1] == '.')))
        {
            return new(TemplateTokenKind.Number, Number(), from, space);
        }

        var word = Word();
        return word.Length > 0
            ? new(TemplateTokenKind.Identifier, word, from, space)
            : throw fail(from, $"unexpected character '{first}' in an action");
    }

    private TemplateToken One(TemplateTokenKind kind, bool space)
    {
        var token = new TemplateToken(kind, text[_at].ToString(), _at, space);
        _at++;
        return token;
    }

    private string Word()
    {
        var from = _at;
        while (_at < text.Length && (char.IsLetterOrDigit(text[_at]) || text[_at] == '_'))
        {
            _at++;
        }

        return text[from.._at];
    }

    private string Number()
    {
        var from = _at++;
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '.' or '_' || (text[_at] is '+' or '-' && text[_at - 1] is 'e' or 'E')))
        {
            _at++;
        }

        return text[from.._at];
    }

    private string Raw()
    {
        var end = text.IndexOf('`', _at + 1);
        if (end < 0)
        {
            throw fail(_at, "unterminated raw quoted string");
        }

        var raw = text[(_at + 1)..end];
        _at = end + 1;
        return raw;
    }

    // Go's interpreted strings: \n \t … \xHH \uXXXX \UXXXXXXXX \ooo, no line break inside.
    private string Quoted(char quote)
    {
        var from = _at++;
        var result = new StringBuilder();
        while (true)
        {
            if (_at >= text.Length || text[_at] == '\n')
            {
                throw fail(from, quote == '"' ? "unterminated quoted string" : "unterminated character constant");
            }

            var current = text[_at++];
            if (current == quote)
            {
                return result.ToString();
            }

            if (current == '\\')
            {
                Escape(result, from);
            }
            else
            {
                result.Append(current);
            }
        }
    }

    private void Escape(StringBuilder result, int from)
    {
        var kind = _at < text.Length ? text[_at++] : '\0';
        const string Names = "abfnrtv\\\"'";
        const string Values = "\a\b\f\n\r\t\v\\\"'";
        var simple = Names.IndexOf(kind, StringComparison.Ordinal);
        if (simple >= 0)
        {
            result.Append(Values[simple]);
            return;
        }

        var (digits, style) = kind switch
        {
            'x' => (2, NumberStyles.AllowHexSpecifier),
            'u' => (4, NumberStyles.AllowHexSpecifier),
            'U' => (8, NumberStyles.AllowHexSpecifier),
            _ => throw fail(from, "unknown escape in a string"),
        };
        if (_at + digits > text.Length
            || !uint.TryParse(text.AsSpan(_at, digits), style, CultureInfo.InvariantCulture, out var code) || !Rune.IsValid(code))
        {
            throw fail(from, "bad escape in a string");
        }

        _at += digits;
        result.Append(new Rune(code).ToString());
    }
}
