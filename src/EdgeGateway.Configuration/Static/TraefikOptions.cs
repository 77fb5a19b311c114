using System.Collections.Frozen;

namespace EdgeGateway.Configuration.Static;

/// <summary>The options that Traefik v3.7.9 knows, so that one that is not supported yet is told from a typing error.</summary>
internal static class TraefikOptions
{
    private static readonly Lazy<FrozenSet<string>> Names = new(Load);

    /// <summary>True when Traefik has the option, or options below it. Free names may be anything.</summary>
    /// <param name="path">Dotted path in any case.</param>
    public static bool Knows(string path)
    {
        var parts = path.ToLowerInvariant().Split('.');
        return Names.Value.Any(name => Fits(name.Split('.'), parts));
    }

    private static bool Fits(string[] name, string[] parts)
    {
        if (parts.Length > name.Length)
        {
            return false;
        }

        for (var i = 0; i < parts.Length; i++)
        {
            if (!name[i].StartsWith('<') && !name[i].StartsWith('[') && !string.Equals(Plain(name[i]), Plain(parts[i]), StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    // domains[n] and domains[0] are one option.
    private static string Plain(string part) => part.IndexOf('[', StringComparison.Ordinal) is var bracket and > 0 ? part[..bracket] : part;

    private static FrozenSet<string> Load()
    {
        using var stream = typeof(TraefikOptions).Assembly.GetManifestResourceStream("TraefikOptions.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
    }
}
