using System.Collections.Frozen;

namespace EdgeGateway.Proxy.Tls;

/// <summary>The certificates of one moment, immutable: readers take the reference and need no lock.</summary>
internal sealed class CertificateTable
{
    /// <summary>No certificate.</summary>
    public static readonly CertificateTable Empty = new(new Dictionary<string, CertificateEntry>());

    private readonly FrozenDictionary<string, (int Rank, CertificateEntry Entry)> _byName;

    /// <summary>Takes the entries in the order in which they were first set.</summary>
    public CertificateTable(IEnumerable<KeyValuePair<string, CertificateEntry>> entries)
    {
        Entries = [.. entries];

        // Traefik tries the certificates in reverse alphabetical order of their names and takes the first that fits, so a
        // wildcard may beat an exact name (runtime-behaviour §1.6). Rank = place in that order; equal names: the first one stays.
        var byName = new Dictionary<string, (int, CertificateEntry)>(StringComparer.Ordinal);
        var rank = 0;
        foreach (var (_, entry) in Entries.OrderByDescending(static pair => pair.Value.SortKey, StringComparer.Ordinal))
        {
            foreach (var name in entry.Names)
            {
                byName.TryAdd(name, (rank, entry));
            }

            rank++;
        }

        _byName = byName.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>Key and entry, in the order in which the keys were first set.</summary>
    public IReadOnlyList<KeyValuePair<string, CertificateEntry>> Entries { get; }

    /// <summary>The certificate for a lower-case server name or address; null if none fits.</summary>
    public CertificateEntry? Find(string name)
    {
        var exact = _byName.TryGetValue(name, out var found) ? found : (Rank: int.MaxValue, Entry: null!);
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        if (dot > 0 && _byName.TryGetValue(string.Concat("*", name.AsSpan(dot)), out var wildcard) && wildcard.Rank < exact.Rank)
        {
            return wildcard.Entry;
        }

        return exact.Entry;
    }
}
