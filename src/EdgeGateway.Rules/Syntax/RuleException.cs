namespace EdgeGateway.Rules.Syntax;

/// <summary>
/// A rule or constraint cannot be used. The only exception that parsing and building throw, whatever the text.
/// <see cref="Exception.Message"/> is complete: place, reason and, where one is known, the cure.
/// </summary>
public sealed class RuleException : FormatException
{
    internal RuleException(string code, string reason, int line, int column)
        : base(line > 0 ? $"{line}:{column}: {reason}" : reason)
    {
        Code = code;
        Reason = reason;
        Line = line;
        Column = column;
    }

    /// <summary>Stable code, one of <see cref="RuleCodes"/>.</summary>
    public string Code { get; }

    /// <summary>The message without the place.</summary>
    public string Reason { get; }

    /// <summary>Line of the fault, from 1; 0 when it has no place.</summary>
    public int Line { get; }

    /// <summary>Column of the fault in UTF-16 units, from 1; 0 when it has no place.</summary>
    public int Column { get; }
}
