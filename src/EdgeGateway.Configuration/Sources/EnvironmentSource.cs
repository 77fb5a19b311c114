namespace EdgeGateway.Configuration.Sources;

/// <summary>Variables as Traefik takes them (static-config §1.3): <c>TRAEFIK_</c> and the path with <c>_</c> for <c>.</c>; ours begin with <c>EDGE_</c>.</summary>
public static class EnvironmentSource
{
    private static readonly string[] Roots =
    [
        "GLOBAL", "SERVERSTRANSPORT", "TCPSERVERSTRANSPORT", "ENTRYPOINTS", "PROVIDERS", "API", "METRICS", "PING", "LOG", "ACCESSLOG", "TRACING",
        "HOSTRESOLVER", "CERTIFICATESRESOLVERS", "EXPERIMENTAL", "CORE", "SPIFFE", "OCSP",
    ];

    /// <summary>Reads the variables that name options.</summary>
    public static IReadOnlyList<LabelEntry> Read(IEnumerable<KeyValuePair<string, string>> variables)
    {
        var entries = new List<LabelEntry>();
        foreach (var (name, value) in variables)
        {
            if (name.StartsWith("TRAEFIK_", StringComparison.Ordinal)
                && Array.Exists(Roots, root => name.AsSpan("TRAEFIK_".Length).StartsWith(root, StringComparison.Ordinal)))
            {
                entries.Add(new(KeyOf(name["TRAEFIK_".Length..]), value, new($"variable {name}")));
            }
            else if (name.StartsWith("EDGE_", StringComparison.Ordinal))
            {
                entries.Add(new("edge." + KeyOf(name["EDGE_".Length..]), value, new($"variable {name}")));
            }
        }

        return [.. entries.OrderBy(static e => e.Key, StringComparer.Ordinal)];
    }

    // A part that is a number is a list index.
    private static string KeyOf(string name)
    {
        var parts = name.ToLowerInvariant().Split('_');
        var key = parts[0];
        foreach (var part in parts.AsSpan(1))
        {
            key += part.Length > 0 && part.All(char.IsAsciiDigit) ? $"[{part}]" : $".{part}";
        }

        return key;
    }
}
