using System.Globalization;

namespace EdgeGateway.Configuration.Templates;

/// <summary>A template is wrong or failed while it was rendered; the message has name, line and column.</summary>
public sealed class TemplateException : Exception
{
    /// <summary>A fault without a place: one of a function, which its caller places.</summary>
    public TemplateException(string reason)
        : base(reason) => Reason = reason;

    /// <summary>A fault at a place.</summary>
    public TemplateException(string name, int line, int column, string reason)
        : base(string.Create(CultureInfo.InvariantCulture, $"template: {name}:{line}:{column}: {reason}")) =>
        (Line, Column, Reason) = (line, column, reason);

    /// <summary>Line of the template, from 1; 0 without a place.</summary>
    public int Line { get; }

    /// <summary>Column in it, from 1.</summary>
    public int Column { get; }

    /// <summary>What is wrong, without the place.</summary>
    public string Reason { get; }
}
