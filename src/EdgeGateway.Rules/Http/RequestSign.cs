namespace EdgeGateway.Rules.Http;

/// <summary>
/// A method or header that a rule needs, for an index of rules that name neither host nor path: the method <see cref="Value"/> when
/// <see cref="Header"/> is null; else a value of that header which is <see cref="Value"/>, or any value when it is null.
/// </summary>
/// <param name="Header">Name of the header, any case.</param>
/// <param name="Value">Method or value, compared ordinally as a whole.</param>
public readonly record struct RequestSign(string? Header, string? Value)
{
    /// <summary>How few requests are likely to have it; less is fewer.</summary>
    internal int Commonness => Header is null ? 2 : Value is null ? 1 : 0;
}
