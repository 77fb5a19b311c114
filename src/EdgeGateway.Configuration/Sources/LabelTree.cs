namespace EdgeGateway.Configuration.Sources;

/// <summary>
/// Turns dotted keys into a node tree (dynamic-config §1.3): names meet ignoring case, the first spelling names the node,
/// the last value wins; <c>name[0]</c> is a list index. A key that cannot be read becomes a <see cref="ConfigInvalid"/> at
/// the deepest place that could be.
/// </summary>
public static class LabelTree
{
    // The deepest option has 11 parts; a limit is needed because a plugin's tree is as deep as its keys and is walked recursively.
    private const int MaxParts = 40;

    /// <summary>Builds the tree; entries are taken in the order given (callers sort by byte order of the keys).</summary>
    public static ConfigObject Build(IEnumerable<LabelEntry> entries, SourceLocation location)
    {
        var root = new ConfigObject(location);
        foreach (var entry in entries)
        {
            Add(root, entry);
        }

        return root;
    }

    private static void Add(ConfigObject root, LabelEntry entry)
    {
        var segments = new List<string>();
        string? fault = null;
        foreach (var part in entry.Key.Split('.'))
        {
            fault = segments.Count < MaxParts ? AddSegments(part, segments, entry.Key) : $"a key of more than {MaxParts} parts is no option";
            if (fault is not null)
            {
                // The broken segment names its own entry, so that two broken keys do not hide each other.
                segments.Add(part.Length == 0 ? "(empty)" : part);
                break;
            }
        }

        var at = root;
        for (var i = 0; i < segments.Count - 1; i++)
        {
            at = Descend(at, segments[i], entry.Location);
        }

        var name = segments[^1];
        if (fault is not null)
        {
            at.Set(name, new ConfigInvalid(fault, entry.Location));
            return;
        }

        var leaf = new ConfigScalar(entry.Value, entry.Location);
        switch (at.Find(name))
        {
            case ConfigObject existing:
                existing.Own = leaf;
                break;
            case ConfigInvalid:
                break;
            default:
                at.Set(name, leaf);
                break;
        }
    }

    private static ConfigObject Descend(ConfigObject at, string name, SourceLocation location)
    {
        switch (at.Find(name))
        {
            case ConfigObject existing:
                return existing;
            case ConfigScalar leaf:
                var parent = new ConfigObject(leaf.Location) { Own = leaf };
                at.Set(name, parent);
                return parent;
            case ConfigInvalid:
                // What is written below a broken name has no place to go; the name's fault is reported once.
                return new(location);
            default:
                var created = new ConfigObject(location);
                at.Set(name, created);
                return created;
        }
    }

    private static string? AddSegments(string part, List<string> segments, string key)
    {
        if (part.Length == 0)
        {
            return $"'{key}' has an empty part between its dots";
        }

        if (part[0] == '[')
        {
            return $"'{key}': the index {part} has no name before it";
        }

        if (part[^1] != ']')
        {
            segments.Add(part);
            return null;
        }

        var bracket = part.IndexOf('[', StringComparison.Ordinal);
        if (bracket < 0)
        {
            return $"'{key}': '{part}' has a ']' without '['";
        }

        segments.Add(part[..bracket]);
        segments.Add(part[bracket..]);
        return null;
    }
}
