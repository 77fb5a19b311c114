namespace EdgeGateway.Configuration.Sources;

/// <summary>The labels of one instance (dynamic-config §1.1): keys begin with <c>traefik.</c>, whatever the prefix of the tags.</summary>
public sealed class TagLabels
{
    /// <summary>Root of every label.</summary>
    public const string Root = "traefik";

    // Second prefix of design decision 16: takes the same keys and wins on the same key.
    private const string OwnPrefix = "edge.";

    // Only these texts at a key's beginning bring it to the decoder (dynamic-config §1.2).
    private static readonly string[] Decoded = ["traefik.http", "traefik.tcp", "traefik.udp", "traefik.tls.stores.default"];

    private readonly SortedDictionary<string, TagLabel> _labels = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, TagLabel> _own = new(StringComparer.Ordinal);

    private TagLabels()
    {
    }

    /// <summary>All labels with their values; those of <c>edge.*</c> tags replace equal keys.</summary>
    public IReadOnlyDictionary<string, string> Values { get; private set; } = new Dictionary<string, string>();

    /// <summary>Reads tags. A tag without the prefix or without <c>=</c> is no label.</summary>
    /// <param name="tags">Raw tags.</param>
    /// <param name="prefix">Prefix option of the provider; may be empty.</param>
    public static TagLabels Read(IReadOnlyList<string> tags, string prefix)
    {
        var labels = new TagLabels();
        foreach (var tag in tags)
        {
            labels.Add(tag, prefix, prefix == "edge" ? labels._own : labels._labels);
            if (prefix.Length > 0 && prefix != "edge" && tag.StartsWith(OwnPrefix, StringComparison.Ordinal))
            {
                labels.Add(tag, "edge", labels._own);
            }
        }

        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, label) in labels._labels.Concat(labels._own))
        {
            values[key] = label.Value;
        }

        labels.Values = values;
        return labels;
    }

    /// <summary>The entries that the decoder reads, in the order in which they apply; keys are without the root.</summary>
    internal IEnumerable<LabelEntry> Entries(Func<string, SourceLocation> locate) =>
        Entries(_labels, locate).Concat(Entries(_own, locate).Where(static entry => !TagTransports.Owns(entry.Key)));

    /// <summary>Those of <c>edge.http.serversTransports.*</c>, which Traefik's prefix has not.</summary>
    internal IEnumerable<LabelEntry> Transports(Func<string, SourceLocation> locate) =>
        Entries(_own, locate).Where(static entry => TagTransports.Owns(entry.Key));

    private static IEnumerable<LabelEntry> Entries(SortedDictionary<string, TagLabel> labels, Func<string, SourceLocation> locate) => labels
        .Where(static entry => IsDecoded(entry.Key))
        .Select(entry => new LabelEntry(entry.Key[(Root.Length + 1)..], entry.Value.Value, locate(entry.Value.Written)));

    private static bool IsDecoded(string key)
    {
        foreach (var start in Decoded)
        {
            if (key.StartsWith(start, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private void Add(string tag, string prefix, SortedDictionary<string, TagLabel> labels)
    {
        var equals = tag.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0 || !tag.StartsWith(prefix, StringComparison.Ordinal))
        {
            return;
        }

        var written = tag[..equals].Trim();
        var key = written.StartsWith(prefix + ".", StringComparison.Ordinal) ? written[(prefix.Length + 1)..] : written;
        labels[$"{Root}.{key}"] = new(tag[(equals + 1)..].Trim(), written);
    }

    private readonly record struct TagLabel(string Value, string Written);
}
