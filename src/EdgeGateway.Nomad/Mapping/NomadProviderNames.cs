namespace EdgeGateway.Nomad.Mapping;

/// <summary>One provider per namespace (dynamic-config §2.2).</summary>
public static class NomadProviderNames
{
    /// <summary>
    /// Namespaces with the names of their providers: without any, one provider <c>nomad</c> that names no namespace to Nomad;
    /// else <c>nomad-&lt;namespace&gt;</c> each, also for a single <c>default</c>.
    /// </summary>
    public static IReadOnlyList<(string Name, string? Namespace)> For(IReadOnlyList<string> namespaces) =>
        namespaces.Count == 0 ? [("nomad", null)] : [.. namespaces.Select(static ns => ($"nomad-{ns}", (string?)ns))];
}
