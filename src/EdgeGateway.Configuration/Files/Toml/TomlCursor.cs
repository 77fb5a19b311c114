using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Files.Toml;

/// <summary>A place in the text that moves forward; knows its line for messages.</summary>
internal ref struct TomlCursor(ReadOnlySpan<char> text, string fileName)
{
    /// <summary>Deepest nesting that is read: real files have under 10; the bound keeps hostile ones off the stack's end.</summary>
    public const int MaxDepth = 128;

    /// <summary>What <see cref="Current"/> gives at the end: not allowed anywhere in TOML, so it matches nothing.</summary>
    public const char End = '\0';

    private readonly ReadOnlySpan<char> _text = text;
    private int _at;
    private int _line = 1;
    private int _lineStart;

    public readonly bool AtEnd => _at >= _text.Length;

    public readonly char Current => _at < _text.Length ? _text[_at] : End;

    public readonly TomlPosition Position => new(_line, _at - _lineStart + 1);

    public readonly ReadOnlySpan<char> Rest => _text[_at..];

    /// <summary>The character so many places ahead, or <see cref="End"/>.</summary>
    public readonly char Peek(int ahead) => _at + ahead < _text.Length ? _text[_at + ahead] : End;

    /// <summary>Moves within the line.</summary>
    public void Advance(int count = 1) => _at += count;

    /// <summary>Takes the character if it is next.</summary>
    public bool TryTake(char wanted)
    {
        if (AtEnd || _text[_at] != wanted)
        {
            return false;
        }

        _at++;
        return true;
    }

    /// <summary>Takes LF or CRLF if one is next.</summary>
    public bool TryTakeNewline()
    {
        var length = Current == '\n' ? 1 : Current == '\r' && Peek(1) == '\n' ? 2 : 0;
        if (length == 0)
        {
            return false;
        }

        _at += length;
        _line++;
        _lineStart = _at;
        return true;
    }

    public void SkipBlanks()
    {
        while (Current is ' ' or '\t')
        {
            _at++;
        }
    }

    /// <summary>Blanks and a comment, up to the newline.</summary>
    public void SkipBlanksAndComment()
    {
        SkipBlanks();
        if (!TryTake('#'))
        {
            return;
        }

        while (!AtEnd && Current != '\n' && !(Current == '\r' && Peek(1) == '\n'))
        {
            if (IsControl(Current))
            {
                throw Fail("a comment must not hold control characters");
            }

            _at++;
        }
    }

    /// <summary>Blanks, comments and newlines.</summary>
    public void SkipLines()
    {
        do
        {
            SkipBlanksAndComment();
        }
        while (TryTakeNewline());
    }

    /// <summary>Nothing but a comment may follow on this line.</summary>
    public void ExpectLineEnd()
    {
        SkipBlanksAndComment();
        if (!AtEnd && !TryTakeNewline())
        {
            throw Fail($"expected the end of the line, found {Describe()}");
        }
    }

    /// <summary>What stands here, for a message.</summary>
    public readonly string Describe() => AtEnd
        ? "the end of the file"
        : char.IsControl(Current) ? $"the control character U+{(int)Current:X4}" : $"'{Current}'";

    public readonly ConfigurationException Fail(string message) => Fail(message, Position);

    public readonly ConfigurationException Fail(string message, TomlPosition position) => new(new ConfigurationProblem(
        "EG-FILE-SYNTAX",
        ProblemSeverity.Error,
        new SourceLocation($"{fileName}:{position.Line}:{position.Column}"),
        $"TOML: {message}"));

    /// <summary>Characters that neither comments nor strings may hold; tab may stand in both.</summary>
    public static bool IsControl(char c) => c is (< ' ' and not '\t') or '\x7f';
}
