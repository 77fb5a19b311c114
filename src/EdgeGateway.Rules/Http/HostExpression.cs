namespace EdgeGateway.Rules.Http;

/// <summary>A lower-case host name to compare with, maybe with <c>*</c> in place of its first label.</summary>
internal sealed class HostExpression
{
    private readonly string _name;
    private readonly bool _isWildcard;

    public HostExpression(string name, bool wildcards)
    {
        _isWildcard = wildcards && name.StartsWith('*');
        _name = _isWildcard ? name[1..] : name;
    }

    /// <summary>Whether a lower-case host fits. A star alone fits every host that is not empty.</summary>
    public bool Matches(ReadOnlySpan<char> host)
    {
        if (!_isWildcard)
        {
            return host.SequenceEqual(_name);
        }

        if (_name.Length == 0)
        {
            return !host.IsEmpty;
        }

        // The star is the whole first label, which may be empty; so "*x" fits nothing.
        var dot = host.IndexOf('.');
        return dot >= 0 && host[dot..].SequenceEqual(_name);
    }
}
