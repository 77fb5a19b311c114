namespace EdgeGateway.Configuration.Sources;

/// <summary>Finds the type of an option by its dotted path in any case: what a source must know before the tree is bound.</summary>
/// <param name="root">Type of the whole.</param>
/// <param name="source">Whose names count.</param>
public sealed class OptionLookup(ConfigType root, ConfigSource source)
{
    /// <summary>The shape of the option, or null if there is none of that path.</summary>
    public ConfigKind? KindOf(string path)
    {
        var type = root;
        foreach (var part in path.Split('.'))
        {
            var bracket = part.IndexOf('[', StringComparison.Ordinal);
            type = type?.FindChild(bracket < 0 ? part : part[..bracket], source);
            if (bracket > 0)
            {
                type = type?.FindChild(part[bracket..], source);
            }
        }

        return type?.Kind;
    }
}
