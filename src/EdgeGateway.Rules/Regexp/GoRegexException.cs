namespace EdgeGateway.Rules.Regexp;

/// <summary>A pattern is not RE2, or cannot be expressed here. The message has Go's reason and the part of the pattern at fault.</summary>
public sealed class GoRegexException : FormatException
{
    internal GoRegexException(string reason, string part)
        : base($"error parsing regexp: {reason}: `{part}`")
    {
    }
}
