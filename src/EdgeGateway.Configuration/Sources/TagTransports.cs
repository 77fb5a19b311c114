using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Configuration.Sources;

/// <summary>
/// <c>edge.http.serversTransports.*</c>: Traefik knows transports in files only. A job may say how its own servers are spoken to, but it gets
/// nothing of the gateway's machine: no files, no certificates, and no way around verification unless the gateway's own options allow it.
/// </summary>
internal static class TagTransports
{
    private const string Section = "http.serversTransports.";

    private static readonly ConfigType<ConfigMap<ServersTransportConfig>> Type = ConfigTypes.ElementsOf(ServersTransportConfig.Type);

    /// <summary>True for a key, without its root, of this section.</summary>
    public static bool Owns(string key) => key.StartsWith(Section, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads the section; a transport with an error in it is left out.</summary>
    /// <param name="entries">Entries of the section, in the order in which they apply.</param>
    /// <param name="allowInsecure">Whether <c>insecureSkipVerify</c> may be set (<c>edge.policy.insecureSkipVerifyFromTags</c>).</param>
    /// <param name="context">Takes the problems.</param>
    public static ConfigMap<ServersTransportConfig> Decode(IReadOnlyList<LabelEntry> entries, bool allowInsecure, DecodeContext context)
    {
        if (entries.Count == 0)
        {
            return ConfigMap<ServersTransportConfig>.Empty;
        }

        context.Enter("http");
        context.Enter("serversTransports");
        var tree = LabelTree.Build(entries.Select(static entry => entry with { Key = entry.Key[Section.Length..] }), new("tags"));
        var transports = Type.Decode(tree, ConfigMap<ServersTransportConfig>.Empty, context) ?? ConfigMap<ServersTransportConfig>.Empty;
        var allowed = transports.Where(entry => IsAllowed(entry.Key, entry.Value, tree.Find(entry.Key)!, allowInsecure, context)).ToConfigMap();
        context.Leave();
        context.Leave();
        return allowed;
    }

    private static bool IsAllowed(string name, ServersTransportConfig transport, ConfigNode node, bool allowInsecure, DecodeContext context)
    {
        context.Enter(name);
        (string? Option, string Why) refusal = transport switch
        {
            { InsecureSkipVerify: true } when !allowInsecure => (
                "insecureSkipVerify",
                "is not allowed in tags: the gateway must be started with --edge.policy.insecureSkipVerifyFromTags=true, or set rootCAs or serverName instead"),
            { Certificates.Count: > 0 } => ("certificates", "cannot be set by tags: a key does not belong there; name them in a file's transport and refer to it as name@file"),
            { Spiffe: not null } => ("spiffe", "cannot be set by tags"),
            _ when transport.RootCAs.Any(static ca => !ca.Contains("-----BEGIN", StringComparison.Ordinal)) => (
                "rootCAs", "must be PEM text in tags: files of the gateway are not a job's; name them in a file's transport and refer to it as name@file"),
            _ => (null, ""),
        };
        if (refusal.Option is not null)
        {
            context.Error("POLICY", ((node as ConfigObject)?.Find(refusal.Option!) ?? node).Location, $"{context.Path}.{refusal.Option} {refusal.Why}");
            context.Drop();
        }

        context.Leave();
        return refusal.Option is null;
    }
}
