using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Routing;

namespace EdgeGateway.Proxy.Snapshots.Routers;

/// <summary>
/// Finds rules that two jobs claim: same text, same priority, same entry point. Traefik lets chance decide between them, here the name
/// does (dynamic-config §4.5); either way one of the jobs gets no request, and its owner should know. A change costs what it touches,
/// however many routers there are; the text of a claim is made again only when its routers change.
/// </summary>
internal sealed class RouterClaims
{
    // The log gets no more lines than somebody will read.
    internal const int MaximumTold = 20;

    // One router of each claim, by entry point; what several claim stands in the second map with all of its routers. Nearly all are alone.
    private readonly Dictionary<string, HashSet<HttpRouterModel>> _claims = new(StringComparer.Ordinal);
    private readonly Dictionary<Claim, List<HttpRouterModel>> _shared = [];
    private readonly SortedDictionary<string, IdleRouters> _told = new(StringComparer.Ordinal);
    private readonly Dictionary<Claim, string> _contested = [];
    private ConfigList<ConfigurationProblem> _problems = ConfigList<ConfigurationProblem>.Empty;

    /// <summary>Every claimed rule; another array after each change.</summary>
    public IdleRouters[] Claimed { get; private set; } = [];

    /// <summary>Takes up a change.</summary>
    /// <returns>One warning for each rule that is claimed by several jobs, at most twenty and one that counts the rest.</returns>
    public ConfigList<ConfigurationProblem> Update(
        IReadOnlyList<CompiledRouter> removed, IReadOnlyList<CompiledRouter> added, IReadOnlyList<ProviderMessage> messages)
    {
        var touched = new HashSet<Claim>();
        foreach (var (entryPoint, model) in removed.SelectMany(static router => router.Models))
        {
            Remove(entryPoint, model, touched);
        }

        foreach (var (entryPoint, model) in added.SelectMany(static router => router.Models))
        {
            Add(entryPoint, model, touched);
        }

        var changed = false;
        foreach (var claim in touched)
        {
            changed |= _contested.Remove(claim, out var known) && _told.Remove(known);
            if (_shared.TryGetValue(claim, out var routers) && Describe(claim, routers, messages) is { } claimed)
            {
                var key = $"{claim.Rule}\0{claim.EntryPoint}\0{claim.IsTls}\0{claim.Priority}";
                _contested.Add(claim, key);
                _told[key] = claimed;
                changed = true;
            }
        }

        if (changed)
        {
            Claimed = [.. _told.Values];
            var shown = _told.Values.Select(static claimed => claimed.Problem).Distinct().ToList();
            _problems = shown.Count <= MaximumTold
                ? shown.ToConfigList()
                : [.. shown.Take(MaximumTold), new("EG-ROUTER-CLAIM", ProblemSeverity.Warning, new("routers"), $"{shown.Count - MaximumTold} more rules are claimed by several jobs")];
        }

        return _problems;
    }

    private void Add(string entryPoint, HttpRouterModel model, HashSet<Claim> touched)
    {
        if (!_claims.TryGetValue(entryPoint, out var claims))
        {
            _claims.Add(entryPoint, claims = new(SameClaim.Instance));
        }

        if (!claims.TryGetValue(model, out var first))
        {
            claims.Add(model);
            return;
        }

        var claim = Of(entryPoint, model);
        if (!_shared.TryGetValue(claim, out var routers))
        {
            _shared.Add(claim, routers = [first]);
        }

        routers.Add(model);
        touched.Add(claim);
    }

    private void Remove(string entryPoint, HttpRouterModel model, HashSet<Claim> touched)
    {
        if (!_claims.TryGetValue(entryPoint, out var claims) || !claims.TryGetValue(model, out var first))
        {
            return;
        }

        var claim = Of(entryPoint, model);
        if (!_shared.TryGetValue(claim, out var routers))
        {
            claims.Remove(model);
            return;
        }

        routers.Remove(model);
        touched.Add(claim);
        if (ReferenceEquals(first, model))
        {
            claims.Remove(model);
            claims.Add(routers[0]);
        }

        if (routers.Count == 1)
        {
            _shared.Remove(claim);
        }
    }

    private static Claim Of(string entryPoint, HttpRouterModel model) => new(entryPoint, model.IsTls, model.Priority, model.ProviderRank, model.Config.Rule ?? "");

    private static IdleRouters? Describe(Claim claim, List<HttpRouterModel> routers, IReadOnlyList<ProviderMessage> messages)
    {
        routers.Sort(static (left, right) => string.CompareOrdinal(left.Name, right.Name));
        return ClaimedRule.Describe("http.routers", $"rule {claim.Rule.ReplaceLineEndings(" ")}", claim.EntryPoint, routers.ConvertAll(static router => router.Name), messages);
    }

    private readonly record struct Claim(string EntryPoint, bool IsTls, long Priority, int ProviderRank, string Rule);

    private sealed class SameClaim : IEqualityComparer<HttpRouterModel>
    {
        public static readonly SameClaim Instance = new();

        public bool Equals(HttpRouterModel? x, HttpRouterModel? y) =>
            x!.IsTls == y!.IsTls && x.Priority == y.Priority && x.ProviderRank == y.ProviderRank && x.Config.Rule == y.Config.Rule;

        public int GetHashCode(HttpRouterModel obj) => HashCode.Combine(obj.IsTls, obj.Priority, obj.ProviderRank, obj.Config.Rule);
    }
}
