using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Nomad.Mapping;

/// <summary>Completes the TCP part of an instance (dynamic-config §2.4, 3).</summary>
internal sealed class TcpFragmentBuilder(
    NomadInstance instance, string impliedName, DecodedTags tags, InstanceMapperOptions options, FragmentProblems problems)
{
    /// <summary>Middlewares alone do not count as TCP.</summary>
    internal bool IsPresent { get; } = tags.Configuration.Tcp.Routers.Count > 0 || tags.Configuration.Tcp.Services.Count > 0
        || tags.HasDropped("tcp.routers") || tags.HasDropped("tcp.services");

    /// <summary>The completed part, or null when the instance cannot be used at all.</summary>
    internal TcpConfiguration? Build()
    {
        var declared = tags.Configuration.Tcp;
        if (!IsPresent)
        {
            return declared;
        }

        var anyDeclared = declared.Services.Count > 0 || tags.HasDropped("tcp.services");
        IEnumerable<KeyValuePair<string, TcpServiceConfig>> wanted = anyDeclared ? declared.Services : [new(impliedName, new() { LoadBalancer = new() })];
        var services = new List<KeyValuePair<string, TcpServiceConfig>>();
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

        var names = anyDeclared
            ? declared.Services.Keys.Concat(tags.Dropped.Where(static path => path.StartsWith("tcp.services.", StringComparison.Ordinal))
                .Select(static path => path["tcp.services.".Length..])).Order(StringComparer.Ordinal).ToArray()
            : [impliedName];
        var routers = new List<KeyValuePair<string, TcpRouterConfig>>();
        foreach (var (name, router) in declared.Routers)
        {
            if (string.IsNullOrEmpty(router.Rule))
            {
                problems.Error("EG-NOMAD-RULE", $"tag tcp.routers.{name}", $"TCP router {name} has no rule");
            }
            else if (!string.IsNullOrEmpty(router.Service))
            {
                routers.Add(new(name, router));
            }
            else if (names.Length > 1)
            {
                problems.Error("EG-NOMAD-LINK", $"tag tcp.routers.{name}", ServiceLinks.Ambiguous(name, names));
            }
            else
            {
                routers.Add(new(name, router with { Service = names[0] }));
            }
        }

        return declared with { Services = services.ToConfigMap(), Routers = routers.ToConfigMap() };
    }

    private TcpServiceConfig? Fill(string name, TcpServiceConfig service, ref bool instanceFault)
    {
        var place = $"tag tcp.services.{name}";
        if (service.LoadBalancer is not { } balancer)
        {
            problems.Error("EG-NOMAD-SERVER", place, $"TCP service {name} has no loadBalancer: tags can make no other type");
            return null;
        }

        if (instance.Address.Length == 0 && options.AllowEmptyServices)
        {
            return service with { LoadBalancer = balancer with { Servers = ConfigList<TcpServerConfig>.Empty } };
        }

        var server = balancer.Servers.Count > 0 ? balancer.Servers[0] : new();
        var address = ServerAddress.Join(instance, server.Port, out var fault);
        if (address is null)
        {
            instanceFault = true;
            problems.Error("EG-NOMAD-SERVER", place, $"TCP service {name}: {fault}");
            return null;
        }

        return service with { LoadBalancer = balancer with { Servers = [server with { Address = address, Port = null }] } };
    }
}
