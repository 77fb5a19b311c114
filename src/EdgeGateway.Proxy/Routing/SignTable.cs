using System.Collections.Frozen;
using EdgeGateway.Rules.Http;

namespace EdgeGateway.Proxy.Routing;

/// <summary>
/// Routers whose rules name neither host nor path, by the method or header that they need; those that need none (<c>HostRegexp</c>,
/// <c>ClientIP</c>, <c>Query</c>, a negation) are left over. Immutable, made anew at each change of one of them.
/// </summary>
internal sealed class SignTable
{
    // Each name costs every request a look at its headers; what needs another one is tried in its place.
    private const int MaximumHeaders = 8;

    private readonly FrozenDictionary<string, HttpRouterModel[]> _methods;
    private readonly (string Name, HttpRouterModel[] AnyValue, FrozenDictionary<string, HttpRouterModel[]> Values)[] _headers;

    private SignTable(
        HttpRouterModel[] others, FrozenDictionary<string, HttpRouterModel[]> methods,
        (string Name, HttpRouterModel[] AnyValue, FrozenDictionary<string, HttpRouterModel[]> Values)[] headers) =>
        (Others, _methods, _headers) = (others, methods, headers);

    /// <summary>Routers that any request may reach, first tried first.</summary>
    public HttpRouterModel[] Others { get; }

    /// <summary>Null when it would help nobody.</summary>
    /// <param name="routers">Routers without known paths, first tried first.</param>
    public static SignTable? Build(HttpRouterModel[] routers)
    {
        var names = routers.SelectMany(static router => router.Rule.Signs ?? []).Where(static sign => sign.Header is not null)
            .GroupBy(static sign => sign.Header!, StringComparer.OrdinalIgnoreCase)
            .OrderByDescending(static group => group.Count()).ThenBy(static group => group.Key, StringComparer.Ordinal)
            .Take(MaximumHeaders).Select(static group => group.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var indexed = routers.Where(IsIndexed).ToArray();
        if (indexed.Length == 0)
        {
            return null;
        }

        var signs = indexed.SelectMany(static router => router.Rule.Signs!.Select(sign => (Sign: sign, Router: router))).ToArray();
        return new(
            [.. routers.Where(router => !IsIndexed(router))],
            Lists(signs.Where(static s => s.Sign.Header is null)),
            [
                .. signs.Where(static s => s.Sign.Header is not null).GroupBy(static s => s.Sign.Header!, StringComparer.OrdinalIgnoreCase)
                    .Select(static group => (
                        group.Key, group.Where(static s => s.Sign.Value is null).Select(static s => s.Router).ToArray(),
                        Lists(group.Where(static s => s.Sign.Value is not null)))),
            ]);

        bool IsIndexed(HttpRouterModel router) =>
            router.Rule.Signs is { } needed && needed.All(sign => sign.Header is null || names.Contains(sign.Header));

        static FrozenDictionary<string, HttpRouterModel[]> Lists(IEnumerable<(RequestSign Sign, HttpRouterModel Router)> signs) =>
            signs.GroupBy(static s => s.Sign.Value!, static s => s.Router, StringComparer.Ordinal)
                .ToFrozenDictionary(static group => group.Key, static group => group.ToArray(), StringComparer.Ordinal);
    }

    /// <summary>Adds the routers that the request may reach; false when there is no room for all lists.</summary>
    public bool TryAdd(HttpRequestView request, ref RouterLists lists)
    {
        if (!lists.TryAdd(Others) || (_methods.TryGetValue(request.Method, out var ofMethod) && !lists.TryAdd(ofMethod)))
        {
            return false;
        }

        foreach (var (name, anyValue, values) in _headers)
        {
            var count = request.CountHeader(name);
            if (count > 0 && !lists.TryAdd(anyValue))
            {
                return false;
            }

            for (var i = 0; i < count; i++)
            {
                if (values.TryGetValue(request.GetHeader(name, i), out var ofValue) && !lists.TryAdd(ofValue))
                {
                    return false;
                }
            }
        }

        return true;
    }
}
