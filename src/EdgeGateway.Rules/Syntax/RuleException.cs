namespace EdgeGateway.Rules.Syntax;

/// <summary>
/// A rule or constraint cannot be used. The only exception that parsing and building throw, whatever the text.
/// <see cref="Exception.Message"/> is complete: place, reason and, where one is known, the cure.
/// </summary>
public sealed class RuleException : FormatException
{
    // As much of a long line as fits beside its place in a terminal.
    private const int Window = 60;

    private readonly string _text;

    internal RuleException(string code, string reason, int line, int column, string text)
        : base(line > 0 ? $"{line}:{column}: {reason}" : reason)
    {
        Code = code;
        Reason = reason;
        Line = line;
        Column = column;
        _text = text;
    }

    /// <summary>Stable code, one of <see cref="RuleCodes"/>.</summary>
    public string Code { get; }

    /// <summary>The message without the place.</summary>
    public string Reason { get; }

    /// <summary>Line of the fault, from 1; 0 when it has no place.</summary>
    public int Line { get; }

    /// <summary>Column of the fault in UTF-16 units, from 1; 0 when it has no place.</summary>
    public int Column { get; }

    /// <summary>The line of the fault and below it a caret at its place; long lines are cut around it. Empty when the fault has no place.</summary>
    public string Caret
    {
        get
        {
            if (Line == 0)
            {
                return "";
            }

            var line = _text.Split('\n')[Line - 1].TrimEnd('\r');
            var at = Math.Min(Column - 1, line.Length);
            var begin = Math.Max(0, at - Window);
            var end = Math.Min(line.Length, at + Window);
            var shown = (begin > 0 ? "…" : "") + line[begin..end] + (end < line.Length ? "…" : "");
            // A tab is one column here and in the line above.
            var blanks = string.Concat(line[begin..at].Select(static c => c == '\t' ? '\t' : ' '));
            return $"{shown}\n{(begin > 0 ? " " : "")}{blanks}^";
        }
    }
}
