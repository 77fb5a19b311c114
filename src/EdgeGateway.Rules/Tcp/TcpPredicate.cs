namespace EdgeGateway.Rules.Tcp;

/// <summary>A compiled TCP rule or a part of one. Immutable; matching allocates nothing.</summary>
internal abstract class TcpPredicate
{
    /// <summary>Whether the connection fulfils it.</summary>
    public abstract bool Matches(in TcpConnectionView connection);

    /// <summary>Server names that every connection has that fulfils it, as <see cref="Http.HostKeys"/>; null for any.</summary>
    public virtual IReadOnlyList<string>? Hosts => null;
}
