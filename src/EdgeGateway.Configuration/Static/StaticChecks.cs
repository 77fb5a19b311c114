using System.Globalization;
using System.Net;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary>The checks that end a start before anything listens (static-config §1.7), and the warnings for what Traefik takes but we should not let pass in silence.</summary>
/// <param name="root">The tree that was decoded: tells where a value was written.</param>
/// <param name="warnings">Takes the warnings.</param>
internal sealed class StaticChecks(ConfigObject root, List<ConfigurationProblem> warnings)
{
    // static-config §2.11, "Default order".
    private static readonly string[] ProviderNames =
    [
        "kubernetesgateway", "kubernetescrd", "kubernetes", "kubernetesingressnginx", "swarm", "docker", "file", "redis", "knative", "consul",
        "consulcatalog", "nomad", "etcd", "ecs", "http", "zookeeper", "rest",
    ];

    private static readonly string[] Levels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL", "PANIC"];

    /// <summary>Checks all.</summary>
    /// <exception cref="ConfigurationException">The first fault.</exception>
    public void Check(StaticConfiguration loaded)
    {
        foreach (var (name, entryPoint) in loaded.EntryPoints)
        {
            CheckEntryPoint(name, entryPoint);
        }

        CheckProviders(loaded.Providers);
        switch (loaded.Core?.DefaultRuleSyntax)
        {
            case null or "" or "v3":
                break;
            case "v2":
                Warn("core.defaultRuleSyntax=v2 is deprecated: rewrite the rules for v3; a rule that fails in v3 is told its v3 form", "core", "defaultRuleSyntax");
                break;
            default:
                throw Fault("VALUE", $"core.defaultRuleSyntax: unsupported default rule syntax '{loaded.Core?.DefaultRuleSyntax}', there are v2 and v3", "core", "defaultRuleSyntax");
        }

        CheckLogs(loaded);
        if (!IsBasePath(loaded.Api?.BasePath ?? "/"))
        {
            throw Fault("VALUE", $"api.basePath '{loaded.Api!.BasePath}' is not an absolute URL path", "api", "basePath");
        }

        if (loaded.Edge.Http1Forwarder is not (EdgeConfig.OwnForwarder or EdgeConfig.YarpForwarder))
        {
            throw Fault("VALUE", $"edge.http1Forwarder '{loaded.Edge.Http1Forwarder}' is neither own nor yarp", "edge", "http1Forwarder");
        }

        foreach (var (name, resolver) in loaded.CertificatesResolvers)
        {
            if (resolver.Tailscale is null)
            {
                Warn($"the certificate resolver {name} has no kind: set certificatesResolvers.{name}.tailscale=true", "certificatesResolvers", name);
            }
        }
    }

    // Source: pkg/config/static ValidateConfiguration, ^/[a-zA-Z0-9/_.:~-]*$.
    internal static bool IsBasePath(string path) =>
        path.StartsWith('/') && path.All(static c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '.' or ':' or '~' or '-');

    private void CheckEntryPoint(string name, EntryPointConfig config)
    {
        string[] at = ["entryPoints", name, "address"];
        if (!AddressSyntax.TryParse(config.Address ?? "", out var address, out var error))
        {
            throw Fault("ADDRESS", $"error while building entryPoint {name}: {error}", at);
        }

        if (config.Udp.Timeout <= TimeSpan.Zero)
        {
            throw Fault("VALUE", $"error while building entryPoint {name}: udp timeout should be greater than zero", "entryPoints", name, "udp", "timeout");
        }

        foreach (var trusted in config.ProxyProtocol?.TrustedIPs ?? [])
        {
            if (!IPAddress.TryParse(trusted, out _) && !IsNetwork(trusted))
            {
                throw Fault(
                    "VALUE", $"error while building entryPoint {name}: '{trusted}' is neither an IP address nor a network such as 10.0.0.0/8",
                    "entryPoints", name, "proxyProtocol", "trustedIPs");
            }
        }

        if (config.Http.UnderscoreHeadersStrategy is not (null or "" or "keep" or "delete" or "reject"))
        {
            throw Fault(
                "VALUE",
                $"error while building entryPoint {name}: '{config.Http.UnderscoreHeadersStrategy}' is no underscoreHeadersStrategy: keep, delete or reject",
                "entryPoints", name, "http", "underscoreHeadersStrategy");
        }

        if (config.Http2.MaxConcurrentStreams < 0)
        {
            throw Fault("VALUE", $"entry point {name}: http2.maxConcurrentStreams must be 0 or more", "entryPoints", name, "http2", "maxConcurrentStreams");
        }

        if (config.Http2.MaxEncoderHeaderTableSize != config.Http2.MaxDecoderHeaderTableSize)
        {
            Warn(
                $"entry point {name}: http2.maxEncoderHeaderTableSize has no effect, both tables have maxDecoderHeaderTableSize",
                "entryPoints", name, "http2", "maxEncoderHeaderTableSize");
        }

        foreach (var trusted in config.ForwardedHeaders.TrustedIPs)
        {
            if (!IPAddress.TryParse(trusted, out _) && !IsNetwork(trusted))
            {
                throw Fault(
                    "VALUE", $"error while building entryPoint {name}: '{trusted}' is neither an IP address nor a network such as 10.0.0.0/8",
                    "entryPoints", name, "forwardedHeaders", "trustedIPs");
            }
        }
    }

    // Like Go's net.ParseCIDR, and unlike IPNetwork.Parse, bits behind the prefix may be set.
    private static bool IsNetwork(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash > 0
            && IPAddress.TryParse(text.AsSpan(0, slash), out var ip)
            && int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var bits)
            && bits <= ip.GetAddressBytes().Length * 8;
    }

    private void CheckProviders(ProvidersConfig providers)
    {
        foreach (var name in providers.Precedence)
        {
            if (!ProviderNames.Contains(name))
            {
                var similar = DidYouMean.Find(name, ProviderNames);
                throw Fault(
                    "VALUE", $"providers.precedence: '{name}' is not a provider" + (similar is null ? "" : $"; did you mean '{similar}'?"),
                    "providers", "precedence");
            }
        }
    }

    private void CheckLogs(StaticConfiguration loaded)
    {
        // Traefik falls back to ERROR, which is its default; a gateway that says nothing is no help to who mistyped the level.
        if (loaded.Log.Level is { } level && !Levels.Contains(level, StringComparer.OrdinalIgnoreCase))
        {
            Warn($"log.level '{level}' is unknown, INFO is used; levels are {string.Join(' ', Levels)}", "log", "level");
        }

        if (loaded.Log.Format is { } format && format.ToLowerInvariant() is not ("common" or "json"))
        {
            Warn($"log.format '{format}' is unknown, common is used", "log", "format");
        }

        foreach (var bucket in loaded.Metrics.Prometheus?.Buckets ?? [])
        {
            if (!double.TryParse(bucket, NumberStyles.Float, CultureInfo.InvariantCulture, out var bound) || !double.IsFinite(bound))
            {
                throw Fault("VALUE", $"metrics.prometheus.buckets: '{bucket}' is not a number of seconds", "metrics", "prometheus", "buckets");
            }
        }

        if (loaded.AccessLog?.L4 is { } layer4 && !Layer4LogFormat.TryParse(layer4.Format, out _, out var fault))
        {
            throw Fault("VALUE", $"accessLog.l4.format: {fault}", "accessLog", "l4", "format");
        }

        switch (loaded.AccessLog?.Format)
        {
            case null or "common" or "genericCLF" or "json":
                break;
            default:
                Warn($"accessLog.format '{loaded.AccessLog.Format}' is unknown, common is used", "accessLog", "format");
                break;
        }
    }

    private void Warn(string message, params ReadOnlySpan<string> path) =>
        warnings.Add(new("EG-CONFIG-VALUE", ProblemSeverity.Warning, Locate(path), message));

    private ConfigurationException Fault(string code, string message, params ReadOnlySpan<string> path) =>
        new(new($"EG-CONFIG-{code}", ProblemSeverity.Error, Locate(path), message));

    private SourceLocation Locate(ReadOnlySpan<string> path)
    {
        ConfigNode node = root;
        foreach (var name in path)
        {
            if ((node as ConfigObject)?.Find(name) is not { } child)
            {
                break;
            }

            node = child;
        }

        return node == root ? SourceLocation.Default : node.Location;
    }
}
