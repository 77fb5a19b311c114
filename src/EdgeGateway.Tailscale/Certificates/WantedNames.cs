using EdgeGateway.Tailscale.LocalApi;

namespace EdgeGateway.Tailscale.Certificates;

/// <summary>Which names the routers of a configuration ask a resolver for, by Traefik's rules.</summary>
public static class WantedNames
{
    /// <summary>
    /// <c>tls.domains</c> given: each entry's <c>main</c> and nothing else; otherwise the literals of <c>Host</c> or <c>HostSNI</c>,
    /// negated ones too. Normalised, without repetitions, in the order found. Names that cannot be served are kept:
    /// <see cref="CertificateKeeper"/> says what is wrong with them.
    /// </summary>
    public static IReadOnlyList<string> For(string resolver, IEnumerable<RouterNames> routers)
    {
        var names = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var router in routers)
        {
            if (!string.Equals(router.Resolver, resolver, StringComparison.Ordinal))
            {
                continue;
            }

            foreach (var name in router.DomainMains.Count > 0 ? router.DomainMains : router.RuleHosts)
            {
                var normal = TailnetName.Normalize(name);
                if (normal.Length > 0 && seen.Add(normal))
                {
                    names.Add(normal);
                }
            }
        }

        return names;
    }
}
