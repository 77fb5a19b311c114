using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Snapshots.Routers;
using EdgeGateway.Rules.Http;

namespace EdgeGateway.Proxy.Snapshots.Tls;

/// <summary>Counts what the routers want, so that a change elsewhere costs nothing and keeps the list's object.</summary>
internal sealed class CertificateWishes
{
    private readonly Dictionary<CertificateWish, int> _users = [];

    /// <summary>Every wish once; a new object when one came or went.</summary>
    public IReadOnlyList<CertificateWish> All { get; private set; } = [];

    /// <summary>What a router wants (dynamic-config §4.6). Also one whose middlewares or service are broken, as in Traefik.</summary>
    public static IEnumerable<CertificateWish> Of(HttpRouterConfig router, HttpRule? rule) => router.Tls is not { CertResolver: { Length: > 0 } resolver } tls
        ? []
        : (tls.Domains.Count > 0 ? tls.Domains.Select(static d => d.Main ?? "") : rule?.Domains ?? []).Select(name => new CertificateWish(resolver, name));

    /// <summary>Takes up what went and what came.</summary>
    public void Update(IEnumerable<CompiledRouter> removed, IEnumerable<CompiledRouter> added)
    {
        var changed = false;
        foreach (var wish in added.SelectMany(static router => router.Wishes))
        {
            var users = _users.GetValueOrDefault(wish);
            _users[wish] = users + 1;
            changed |= users == 0;
        }

        foreach (var wish in removed.SelectMany(static router => router.Wishes))
        {
            var users = _users[wish] - 1;
            if (users > 0)
            {
                _users[wish] = users;
                continue;
            }

            _users.Remove(wish);
            changed = true;
        }

        if (changed)
        {
            All = [.. _users.Keys];
        }
    }
}
