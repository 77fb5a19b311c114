using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Nomad.Mapping;

/// <summary>Completes the HTTP part of an instance: implied names, server, default rule, links (dynamic-config §2.4, 6–7).</summary>
internal sealed class HttpFragmentBuilder(
    NomadInstance instance, string impliedName, DecodedTags tags, DefaultRuleRenderer defaultRule, InstanceMapperOptions options, FragmentProblems problems)
{
    /// <summary>The completed part, or null when the instance cannot be used at all.</summary>
    internal HttpConfiguration? Build()
    {
        var declared = tags.Configuration.Http;
        var anyServiceDeclared = declared.Services.Count > 0 || tags.HasDropped("http.services");
        var anyRouterDeclared = declared.Routers.Count > 0 || tags.HasDropped("http.routers");
        var own = options.OwnJobId is { } job && job == instance.JobId;
        if (own && !anyServiceDeclared && !anyRouterDeclared)
        {
            // A gateway must not publish itself under its service name (design "Where Traefik is wrong").
            return declared;
        }

        IEnumerable<KeyValuePair<string, HttpServiceConfig>> wanted = anyServiceDeclared
            ? declared.Services
            : [new(impliedName, new() { LoadBalancer = new() })];
        var services = new List<KeyValuePair<string, HttpServiceConfig>>();
        var instanceFault = false;
        foreach (var (name, service) in wanted)
        {
            if (Fill(name, service, ref instanceFault) is { } filled)
            {
                services.Add(new(name, filled));
            }
        }

        if (services.Count == 0 && instanceFault)
        {
            return null;
        }

        return declared with { Services = services.ToConfigMap(), Routers = Routers(declared, services, anyServiceDeclared, anyRouterDeclared, own) };
    }

    private ConfigMap<HttpRouterConfig> Routers(
        HttpConfiguration declared, List<KeyValuePair<string, HttpServiceConfig>> services, bool anyServiceDeclared, bool anyRouterDeclared, bool own)
    {
        // Services left out for a fault still count: their routers must not slip to another service.
        var serviceNames = anyServiceDeclared
            ? declared.Services.Keys.Concat(tags.Dropped.Where(static path => path.StartsWith("http.services.", StringComparison.Ordinal))
                .Select(static path => path["http.services.".Length..])).Order(StringComparer.Ordinal).ToArray()
            : [impliedName];
        IEnumerable<KeyValuePair<string, HttpRouterConfig>> wanted = declared.Routers;
        if (!anyRouterDeclared)
        {
            if (own || (serviceNames.Length == 1 && services.Count == 0))
            {
                return ConfigMap<HttpRouterConfig>.Empty;
            }

            if (serviceNames.Length > 1)
            {
                problems.Warning("EG-NOMAD-LINK", "tags", $"no router was made: the tags declare several services ({string.Join(", ", serviceNames)}) and no router");
                return ConfigMap<HttpRouterConfig>.Empty;
            }

            wanted = [new(impliedName, new())];
        }

        var routers = new List<KeyValuePair<string, HttpRouterConfig>>();
        foreach (var (name, router) in wanted)
        {
            if (Complete(name, router, serviceNames) is { } complete)
            {
                routers.Add(new(name, complete));
            }
        }

        return routers.ToConfigMap();
    }

    private HttpRouterConfig? Complete(string name, HttpRouterConfig router, string[] serviceNames)
    {
        if (string.IsNullOrEmpty(router.Rule))
        {
            if (defaultRule.Render(instance.ServiceName, tags.Labels, name, problems) is not { } rule)
            {
                return null;
            }

            router = router with { Rule = rule, DefaultRule = true };
        }

        if (!string.IsNullOrEmpty(router.Service))
        {
            return router;
        }

        if (serviceNames.Length > 1)
        {
            problems.Error("EG-NOMAD-LINK", $"tag http.routers.{name}", ServiceLinks.Ambiguous(name, serviceNames));
            return null;
        }

        return router with { Service = serviceNames[0] };
    }

    private HttpServiceConfig? Fill(string name, HttpServiceConfig service, ref bool instanceFault)
    {
        var place = $"tag http.services.{name}";
        if (service.LoadBalancer is not { } balancer)
        {
            problems.Error("EG-NOMAD-SERVER", place, $"service {name} has no loadBalancer: tags can make no other type");
            return null;
        }

        if (instance.Address.Length == 0 && options.AllowEmptyServices)
        {
            // A declared port is no server: Traefik keeps one without target there, which answers 500 (dynamic-config §2.5).
            return service with { LoadBalancer = balancer with { Servers = ConfigList<ServerConfig>.Empty } };
        }

        var server = balancer.Servers.Count > 0 ? balancer.Servers[0] : new();
        if (!string.IsNullOrEmpty(server.Url))
        {
            if (!string.IsNullOrEmpty(server.Port) || !string.IsNullOrEmpty(server.Scheme))
            {
                problems.Error("EG-NOMAD-SERVER", place, $"service {name}: server.url excludes server.port and server.scheme");
                return null;
            }

            return instance.Address.Length == 0 ? Missing(ref instanceFault) : service;
        }

        var address = ServerAddress.Join(instance, server.Port, out var fault);
        if (address is null)
        {
            instanceFault = true;
            problems.Error("EG-NOMAD-SERVER", place, $"service {name}: {fault}");
            return null;
        }

        var scheme = !string.IsNullOrEmpty(server.Scheme) ? server.Scheme : SchemeOfLabel(server.Port);
        return service with
        {
            LoadBalancer = balancer with { Servers = [server with { Url = $"{scheme}://{address}", Scheme = null, Port = null }] },
        };

        HttpServiceConfig? Missing(ref bool failed)
        {
            failed = true;
            problems.Error("EG-NOMAD-SERVER", place, $"service {name}: address is missing");
            return null;
        }
    }

    // Our addition: a port that is called https or h2c speaks that. Another port than the registered one has no label.
    private string SchemeOfLabel(string? declaredPort)
    {
        var label = string.IsNullOrEmpty(declaredPort) ? InstanceNames.PortLabel(instance) : default;
        return label.StartsWith("https", StringComparison.OrdinalIgnoreCase) ? "https"
            : label.StartsWith("h2c", StringComparison.OrdinalIgnoreCase) ? "h2c"
            : "http";
    }
}
