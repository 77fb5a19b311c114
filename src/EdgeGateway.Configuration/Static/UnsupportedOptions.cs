using System.Globalization;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary>
/// Looks through a tree, before it is bound, for options that Traefik has and we have not: they are refused by name. Ignoring one would
/// start a gateway that does something else than its user was promised.
/// </summary>
internal static class UnsupportedOptions
{
    /// <summary>Passes if there is none.</summary>
    /// <exception cref="ConfigurationException">The first one, or an option that Traefik v3 has removed.</exception>
    public static void Refuse(ConfigObject root, ConfigSource source) => Visit(root, StaticConfiguration.Type, "", source);

    private static void Visit(ConfigNode node, ConfigType? type, string path, ConfigSource source)
    {
        foreach (var (name, child) in Children(node))
        {
            var childPath = path.Length == 0 ? name : name[0] == '[' ? path + name : $"{path}.{name}";
            if (TraefikOptions.IsRemoved(childPath))
            {
                throw Refusal("REMOVED", child, $"the option {childPath} was removed from Traefik v3 and does not exist here");
            }

            var childType = type?.FindChild(name, source);
            if (childType is null && child is not ConfigInvalid)
            {
                RefuseIfKnown(child, childPath);
            }

            // Below a single value or a list of values there are no options; binding says so.
            if (childType?.Kind is null or ConfigKind.Object or ConfigKind.Map or ConfigKind.ObjectList)
            {
                Visit(child, childType, childPath, source);
            }
        }
    }

    private static void RefuseIfKnown(ConfigNode node, string path)
    {
        // The full name is more help than its first unknown part: metrics.prometheus.buckets, not metrics.
        var (leaf, leafPath) = (node, path);
        while (Children(leaf).FirstOrDefault() is { Value: { } child } first)
        {
            (leaf, leafPath) = (child, first.Key[0] == '[' ? leafPath + first.Key : $"{leafPath}.{first.Key}");
        }

        if (TraefikOptions.Knows(leafPath))
        {
            throw Refusal("UNSUPPORTED", leaf, $"the option {leafPath} is not supported yet");
        }
    }

    private static IEnumerable<KeyValuePair<string, ConfigNode>> Children(ConfigNode node) => node switch
    {
        ConfigObject parent => parent.Entries.Where(static entry => entry.Key.Length > 0),
        ConfigSequence sequence => sequence.Items.Select(
            static (item, i) => KeyValuePair.Create(string.Create(CultureInfo.InvariantCulture, $"[{i}]"), item)),
        _ => [],
    };

    private static ConfigurationException Refusal(string code, ConfigNode node, string message) =>
        new(new($"EG-CONFIG-{code}", ProblemSeverity.Error, node.Location, message));
}
