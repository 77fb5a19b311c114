namespace EdgeGateway.Rules.Http;

/// <summary>A lower-case host name to compare with, maybe with <c>*</c> in place of its first label.</summary>
internal readonly struct HostExpression
{
    private readonly string _name;
    private readonly bool _isWildcard;

    public HostExpression(string name, bool wildcards)
    {
        _isWildcard = wildcards && name.StartsWith('*');
        _name = _isWildcard ? name[1..] : name;
    }

    /// <summary>Whether a lower-case host fits. A star alone fits every host that is not empty.</summary>
    public bool Matches(ReadOnlySpan<char> host) => Matches(host, _name);

    /// <summary>Whether a lower-case host fits the name without its trailing dot; false when the name has none.</summary>
    public bool MatchesWithoutDot(ReadOnlySpan<char> host) => _name.EndsWith('.') && Matches(host, _name.AsSpan(..^1));

    private bool Matches(ReadOnlySpan<char> host, ReadOnlySpan<char> name)
    {
        if (!_isWildcard)
        {
            return host.SequenceEqual(name);
        }

        if (name.IsEmpty)
        {
            return !host.IsEmpty;
        }

        // The star is the whole first label, which may be empty; so "*x" fits nothing.
        var dot = host.IndexOf('.');
        return dot >= 0 && host[dot..].SequenceEqual(name);
    }
}
