using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Nomad.Mapping;

/// <summary>Completes the UDP part of an instance (dynamic-config §2.4, 4).</summary>
internal sealed class UdpFragmentBuilder(
    NomadInstance instance, string impliedName, DecodedTags tags, InstanceMapperOptions options, FragmentProblems problems)
{
    /// <summary>True when the tags declare anything of UDP.</summary>
    internal bool IsPresent { get; } = tags.Configuration.Udp.Routers.Count > 0 || tags.Configuration.Udp.Services.Count > 0
        || tags.HasDropped("udp.routers") || tags.HasDropped("udp.services");

    /// <summary>The completed part, or null when the instance cannot be used at all.</summary>
    internal UdpConfiguration? Build()
    {
        var declared = tags.Configuration.Udp;
        if (!IsPresent)
        {
            return declared;
        }

        var anyDeclared = declared.Services.Count > 0 || tags.HasDropped("udp.services");
        IEnumerable<KeyValuePair<string, UdpServiceConfig>> wanted = anyDeclared ? declared.Services : [new(impliedName, new() { LoadBalancer = new() })];
        var services = new List<KeyValuePair<string, UdpServiceConfig>>();
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
            ? declared.Services.Keys.Concat(tags.Dropped.Where(static path => path.StartsWith("udp.services.", StringComparison.Ordinal))
                .Select(static path => path["udp.services.".Length..])).Order(StringComparer.Ordinal).ToArray()
            : [impliedName];
        var routers = new List<KeyValuePair<string, UdpRouterConfig>>();
        foreach (var (name, router) in declared.Routers)
        {
            if (!string.IsNullOrEmpty(router.Service))
            {
                routers.Add(new(name, router));
            }
            else if (names.Length > 1)
            {
                problems.Error("EG-NOMAD-LINK", $"tag udp.routers.{name}", ServiceLinks.Ambiguous(name, names));
            }
            else
            {
                routers.Add(new(name, router with { Service = names[0] }));
            }
        }

        return declared with { Services = services.ToConfigMap(), Routers = routers.ToConfigMap() };
    }

    private UdpServiceConfig? Fill(string name, UdpServiceConfig service, ref bool instanceFault)
    {
        var place = $"tag udp.services.{name}";
        if (service.LoadBalancer is not { } balancer)
        {
            problems.Error("EG-NOMAD-SERVER", place, $"UDP service {name} has no loadBalancer: tags can make no other type");
            return null;
        }

        if (instance.Address.Length == 0 && options.AllowEmptyServices)
        {
            return service with { LoadBalancer = balancer with { Servers = ConfigList<UdpServerConfig>.Empty } };
        }

        var server = balancer.Servers.Count > 0 ? balancer.Servers[0] : new();
        var address = ServerAddress.Join(instance, server.Port, out var fault);
        if (address is null)
        {
            instanceFault = true;
            problems.Error("EG-NOMAD-SERVER", place, $"UDP service {name}: {fault}");
            return null;
        }

        return service with { LoadBalancer = balancer with { Servers = [server with { Address = address, Port = null }] } };
    }
}
