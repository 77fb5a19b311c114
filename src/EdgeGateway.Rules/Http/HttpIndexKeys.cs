namespace EdgeGateway.Rules.Http;

/// <summary>
/// Necessary conditions of a rule, so that a table of many routers looks at few of them: every request that the rule takes has one of
/// these hosts, one of these paths and one of these signs. Folded from the rule: intersection over and, union over or, nothing known under not.
/// </summary>
/// <param name="Hosts">
/// Lower-case names, <c>*.x</c> for exactly one more label; null for any host, empty when no request can match. The request's host
/// counts as it is and without one trailing dot.
/// </param>
/// <param name="Paths">Paths and prefixes of the routing path; null for any path, empty when no request can match.</param>
/// <param name="Signs">Methods and headers; null when there is none that every request must have.</param>
public sealed record HttpIndexKeys(IReadOnlyList<string>? Hosts, IReadOnlyList<PathKey>? Paths, IReadOnlyList<RequestSign>? Signs = null)
{
    /// <summary>More combinations of paths than this are not worth having in an index.</summary>
    private const int MaximumPaths = 64;

    private const int MaximumSigns = 64;

    /// <summary>Nothing is known.</summary>
    public static HttpIndexKeys Any { get; } = new(null, null);

    /// <summary>The same in plain arrays, for keeping; mostly the hosts are those that the rule names, and one array is enough for both.</summary>
    internal HttpIndexKeys Compact(IReadOnlyList<string> named) =>
        new(Hosts is not null && Hosts.SequenceEqual(named, StringComparer.Ordinal) ? named : Hosts?.ToArray(), Paths?.ToArray(), Signs?.ToArray());

    internal HttpIndexKeys And(HttpIndexKeys other) => 
        new(HostKeys.Both(Hosts, other.Hosts), BothPaths(Paths, other.Paths), BothSigns(Signs, other.Signs));

    /// <summary>What holds when one of them holds. All at once: a rule may have thousands of alternatives.</summary>
    internal static HttpIndexKeys OneOf(IReadOnlyList<HttpIndexKeys> alternatives) => new(
        HostKeys.OneOf(alternatives.Select(static keys => keys.Hosts)),
        alternatives.Any(static keys => keys.Paths is null) ? null : [.. alternatives.SelectMany(static keys => keys.Paths!).Distinct()],
        OneOfSigns(alternatives));

    // Both hold, so either will do for an index: the rarer one.
    private static IReadOnlyList<RequestSign>? BothSigns(IReadOnlyList<RequestSign>? a, IReadOnlyList<RequestSign>? b)
    {
        if (a is null || b is null)
        {
            return a ?? b;
        }

        return Commonness(a).CompareTo(Commonness(b)) <= 0 ? a : b;

        static (int, int) Commonness(IReadOnlyList<RequestSign> signs) => (signs.Max(static sign => sign.Commonness), signs.Count);
    }

    private static RequestSign[]? OneOfSigns(IReadOnlyList<HttpIndexKeys> alternatives)
    {
        if (alternatives.Any(static keys => keys.Signs is null))
        {
            return null;
        }

        RequestSign[] signs = [.. alternatives.SelectMany(static keys => keys.Signs!).Distinct()];
        return signs.Length <= MaximumSigns ? signs : null;
    }

    private static IReadOnlyList<PathKey>? BothPaths(IReadOnlyList<PathKey>? a, IReadOnlyList<PathKey>? b)
    {
        if (a is null || b is null)
        {
            return a ?? b;
        }

        if (a.Count * b.Count > MaximumPaths)
        {
            return a.Count <= b.Count ? a : b;
        }

        return
        [
            .. (from first in a
                from second in b
                let longer = first.Path.Length > second.Path.Length || (first.Path.Length == second.Path.Length && !first.IsPrefix) ? first : second
                let shorter = longer == first ? second : first
                where shorter.Holds(longer.Path)
                select longer).Distinct(),
        ];
    }
}
