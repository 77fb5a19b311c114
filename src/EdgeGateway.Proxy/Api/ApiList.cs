namespace EdgeGateway.Proxy.Api;

/// <summary>Filters, sorts and pages a list as its query asks (runtime-behaviour §5.1).</summary>
/// <typeparam name="T">Kind of element.</typeparam>
internal sealed class ApiList<T>
{
    /// <summary>Name of an element; ties are broken by it.</summary>
    public required Func<T, string> Name { get; init; }

    /// <summary>Status text, for the filter.</summary>
    public required Func<T, string> Status { get; init; }

    /// <summary>Texts that <c>search</c> looks into.</summary>
    public required Func<T, IEnumerable<string?>> Searched { get; init; }

    /// <summary>Sort keys by the name given in <c>sortBy</c>; unknown names sort by name.</summary>
    public Dictionary<string, Comparison<T>> Sorts { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Further filters by query key.</summary>
    public Dictionary<string, Func<T, string, bool>> Filters { get; init; } = new(StringComparer.Ordinal);

    /// <summary>The page; <paramref name="next"/> is the next page's number or 1, <paramref name="error"/> the text of a 400.</summary>
    public List<T> Page(IEnumerable<T> all, ApiQuery query, out long next, out string? error)
    {
        var items = new List<T>();
        var search = query.Get("search");
        var status = query.Get("status");
        foreach (var item in all)
        {
            if ((search.Length == 0 || Searched(item).Any(text => text?.Contains(search, StringComparison.OrdinalIgnoreCase) == true))
                && (status.Length == 0 || string.Equals(Status(item), status, StringComparison.OrdinalIgnoreCase))
                && Filters.All(f => query.Get(f.Key) is not { Length: > 0 } value || f.Value(item, value)))
            {
                items.Add(item);
            }
        }

        int ByName(T a, T b) => string.CompareOrdinal(Name(a), Name(b));
        var compare = Sorts.GetValueOrDefault(query.Get("sortBy"), ByName);
        var sign = query.Get("direction") == "desc" ? -1 : 1;
        items.Sort((a, b) => sign * (compare(a, b) is var order and not 0 ? Math.Sign(order) : Math.Sign(ByName(a, b))));
        return ApiPaging.Cut(items, query, out next, out error);
    }
}
