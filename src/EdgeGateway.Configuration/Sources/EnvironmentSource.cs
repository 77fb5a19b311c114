using System.Text;

namespace EdgeGateway.Configuration.Sources;

/// <summary>
/// Variables as Traefik takes them (static-config §1.3): <c>TRAEFIK_</c> and the path with <c>_</c> for <c>.</c>; our own options begin with
/// <c>EDGE_</c>. Only names that begin with a root option are looked at, so that an unrelated variable does no harm.
/// </summary>
public static class EnvironmentSource
{
    private static readonly string[] Roots =
    [
        "GLOBAL", "SERVERSTRANSPORT", "TCPSERVERSTRANSPORT", "ENTRYPOINTS", "PROVIDERS", "API", "METRICS", "PING", "LOG", "ACCESSLOG", "TRACING",
        "HOSTRESOLVER", "CERTIFICATESRESOLVERS", "EXPERIMENTAL", "CORE", "SPIFFE", "OCSP",
    ];

    /// <summary>Reads the variables that name options.</summary>
    /// <param name="variables">All variables.</param>
    /// <param name="lookup">Tells where a number is an index.</param>
    /// <param name="ownRoots">Names directly below <c>edge</c>.</param>
    public static IReadOnlyList<LabelEntry> Read(
        IEnumerable<KeyValuePair<string, string>> variables, OptionLookup lookup, IEnumerable<string> ownRoots)
    {
        var own = ownRoots.Select(static name => name.ToUpperInvariant()).ToArray();
        var entries = new List<LabelEntry>();
        foreach (var (name, value) in variables)
        {
            if (Rest(name, "TRAEFIK_", Roots) is { } path)
            {
                entries.Add(new(KeyOf(path, lookup), value, OptionLocation.Variable(name, value)));
            }
            else if (Rest(name, "EDGE_", own) is { } ownPath)
            {
                entries.Add(new(KeyOf("EDGE_" + ownPath, lookup), value, OptionLocation.Variable(name, value)));
            }
        }

        return [.. entries.OrderBy(static entry => entry.Key, StringComparer.Ordinal)];
    }

    // A prefix test, as in Traefik: TRAEFIK_APIVERSION is taken up, and then refused as unknown.
    private static string? Rest(string name, string prefix, string[] roots) =>
        name.StartsWith(prefix, StringComparison.Ordinal)
        && Array.Exists(roots, root => name.AsSpan(prefix.Length).StartsWith(root, StringComparison.Ordinal))
            ? name[prefix.Length..]
            : null;

    private static string KeyOf(string name, OptionLookup lookup)
    {
        var key = new StringBuilder();
        foreach (var part in name.ToLowerInvariant().Split('_'))
        {
            var isIndex = part.Length > 0 && part.All(char.IsAsciiDigit) && lookup.KindOf(key.ToString()) == ConfigKind.ObjectList;
            key.Append(isIndex ? $"[{part}]" : key.Length == 0 ? part : $".{part}");
        }

        return key.ToString();
    }
}
