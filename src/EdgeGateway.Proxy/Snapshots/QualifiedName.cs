namespace EdgeGateway.Proxy.Snapshots;

/// <summary>A reference to an element of a provider: <c>name@provider</c> (dynamic-config §3.2).</summary>
internal readonly record struct QualifiedName(string Name, string Provider)
{
    /// <summary>A reference as written: used as it is with an <c>@</c>, else it belongs to the provider of the element that contains it.</summary>
    public static QualifiedName Resolve(string reference, string containingProvider)
    {
        var at = reference.IndexOf('@', StringComparison.Ordinal);
        if (at < 0)
        {
            return new(reference, containingProvider);
        }

        // A second @ is part of nobody's name: the provider is what stands between the first and the second, as in Traefik.
        var rest = reference.AsSpan(at + 1);
        var second = rest.IndexOf('@');
        return new(reference[..at], (second < 0 ? rest : rest[..second]).ToString());
    }

    public override string ToString() => $"{Name}@{Provider}";
}
