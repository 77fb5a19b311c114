namespace EdgeGateway.Configuration.Static;

/// <summary>The options that Traefik v3.7.9 knows, so that one that is not supported yet is told from a typing error.</summary>
internal static class TraefikOptions
{
    // Providers that the option list leaves out (static-config §2.11): all options below them.
    private static readonly string[] OtherProviders =
    [
        "docker", "swarm", "kubernetesingress", "kubernetesingressnginx", "kubernetescrd", "kubernetesgateway", "consulcatalog", "consul", "ecs",
        "etcd", "zookeeper", "redis", "knative", "plugin",
    ];

    // static-config §1.8; each with all that is below it.
    private static readonly string[] Removed =
    [
        "pilot", "providers.marathon", "providers.rancher", "providers.docker.swarmmode", "providers.docker.tls.caoptional",
        "providers.swarm.tls.caoptional", "providers.consul.tls.caoptional", "providers.consulcatalog.endpoint.tls.caoptional",
        "providers.nomad.endpoint.tls.caoptional", "providers.etcd.tls.caoptional", "providers.redis.tls.caoptional",
        "providers.http.tls.caoptional", "providers.consul.namespace", "providers.consulcatalog.namespace", "providers.nomad.namespace",
        "experimental.http3", "tracing.jaeger", "tracing.zipkin", "tracing.datadog", "tracing.instana", "tracing.haystack", "tracing.elastic",
        "tracing.spannamelimit",
    ];

    private static readonly Lazy<string[][]> Names = new(Load);

    /// <summary>True when Traefik has the option, or options below it. Free names may be anything.</summary>
    /// <param name="path">Dotted path in any case.</param>
    public static bool Knows(string path)
    {
        var parts = path.ToLowerInvariant().Split('.');
        return (parts.Length > 1 && parts[0] == "providers" && OtherProviders.Contains(parts[1]))
            || Array.Exists(Names.Value, name => Fits(name, parts));
    }

    /// <summary>True when Traefik v3 ends its start because of the option.</summary>
    public static bool IsRemoved(string path)
    {
        var lower = path.ToLowerInvariant();
        return Array.Exists(Removed, name => lower == name || (lower.StartsWith(name, StringComparison.Ordinal) && lower[name.Length] == '.'));
    }

    private static bool Fits(string[] name, string[] parts)
    {
        if (parts.Length > name.Length)
        {
            return false;
        }

        for (var i = 0; i < parts.Length; i++)
        {
            if (name[i][0] != '<' && !string.Equals(Plain(name[i]), Plain(parts[i]), StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    // domains[n] and domains[0] are one option.
    private static string Plain(string part) => part.IndexOf('[', StringComparison.Ordinal) is var bracket and > 0 ? part[..bracket] : part;

    private static string[][] Load()
    {
        using var stream = typeof(TraefikOptions).Assembly.GetManifestResourceStream("TraefikOptions.txt")!;
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static name => name.Split('.'))];
    }
}
