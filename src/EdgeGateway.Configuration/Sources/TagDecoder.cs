using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Configuration.Sources;

/// <summary>
/// From the tags of one instance to configuration (dynamic-config §1). Unlike in Traefik a fault costs the router,
/// service or middleware in which it stands, not the whole instance.
/// </summary>
public static class TagDecoder
{
    /// <summary>Decodes tags.</summary>
    /// <param name="tags">Raw tags.</param>
    /// <param name="prefix">Prefix option of the provider.</param>
    /// <param name="locate">Makes a location from a tag's key; null = the key itself.</param>
    /// <param name="allowInsecure">Whether tags may switch off the verification of servers (<c>edge.policy.insecureSkipVerifyFromTags</c>).</param>
    public static DecodedTags Decode(IReadOnlyList<string> tags, string prefix, Func<string, SourceLocation>? locate = null, bool allowInsecure = false)
    {
        var labels = TagLabels.Read(tags, prefix);
        var context = new DecodeContext(ConfigSource.Tags);
        locate ??= static key => new($"tag {key}");
        var tree = LabelTree.Build(labels.Entries(locate), new("tags"));
        // The sections hold nothing but maps of elements, so there is no error that could cost all of them.
        var configuration = tree.Entries.Count == 0
            ? DynamicConfiguration.Empty
            : DynamicConfiguration.Type.Decode(tree, DynamicConfiguration.Empty, context) ?? DynamicConfiguration.Empty;
        var transports = TagTransports.Decode([.. labels.Transports(locate)], allowInsecure, context);
        if (transports.Count > 0)
        {
            configuration = configuration with { Http = configuration.Http with { ServersTransports = transports } };
        }

        return new(labels.Values, configuration, context.Dropped, context.Problems);
    }
}
