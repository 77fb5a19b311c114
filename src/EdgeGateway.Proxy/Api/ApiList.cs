using System.Globalization;

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
    public required Dictionary<string, Comparison<T>> Sorts { get; init; }

    /// <summary>Further filters by query key.</summary>
    public Dictionary<string, Func<T, string, bool>> Filters { get; init; } = [];

    /// <summary>The page; <paramref name="next"/> is the next page's number or 1, <paramref name="error"/> the text of a 400.</summary>
    public List<T> Page(IEnumerable<T> all, ApiQuery query, out int next, out string? error)
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
        items.Sort((a, b) => sign * (compare(a, b) is var order and not 0 ? order : ByName(a, b)));
        return Paging.Cut(items, query, out next, out error);
    }
}

/// <summary>Cuts a page out of a list.</summary>
internal static class Paging
{
    private const int DefaultPerPage = 100;

    /// <summary>The page; see <see cref="ApiList{T}.Page"/>.</summary>
    public static List<T> Cut<T>(List<T> items, ApiQuery query, out int next, out string? error)
    {
        next = 1;
        if (!Number(query, "page", 1, out var page, out error) || !Number(query, "per_page", DefaultPerPage, out var perPage, out error))
        {
            return [];
        }

        var start = ((long)page - 1) * perPage;
        if (start != 0 && start >= items.Count)
        {
            error = string.Create(CultureInfo.InvariantCulture, $"invalid request: page: {page}, per_page: {perPage}");
            return [];
        }

        var count = (int)Math.Min(perPage, items.Count - start);
        next = start + count < items.Count ? page + 1 : 1;
        return items.GetRange((int)start, count);
    }

    private static bool Number(ApiQuery query, string key, int fallback, out int value, out string? error)
    {
        error = null;
        var text = query.Get(key);
        if (text.Length == 0)
        {
            value = fallback;
            return true;
        }

        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value > 0)
        {
            return true;
        }

        error = string.Create(CultureInfo.InvariantCulture, $"invalid request: {key}: {value}");
        return false;
    }
}
