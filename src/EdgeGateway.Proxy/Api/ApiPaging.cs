using System.Globalization;

namespace EdgeGateway.Proxy.Api;

/// <summary>Cuts a page out of a list (runtime-behaviour §5.1).</summary>
internal static class ApiPaging
{
    private const int DefaultPerPage = 100;

    /// <summary>The page; <paramref name="next"/> is the next page's number or 1, <paramref name="error"/> the text of a 400.</summary>
    public static List<T> Cut<T>(List<T> items, ApiQuery query, out long next, out string? error)
    {
        next = 1;
        if (!Number(query, "per_page", DefaultPerPage, out var perPage, out error) || !Number(query, "page", 1, out var page, out error))
        {
            return [];
        }

        var start = ((Int128)page - 1) * perPage;
        if (start != 0 && start >= items.Count)
        {
            error = string.Create(CultureInfo.InvariantCulture, $"invalid request: page: {page}, per_page: {perPage}");
            return [];
        }

        var count = (int)Math.Min(perPage, items.Count - (int)start);
        next = (int)start + count < items.Count ? page + 1 : 1;
        return items.GetRange((int)start, count);
    }

    private static bool Number(ApiQuery query, string key, long fallback, out long value, out string? error)
    {
        error = null;
        var text = query.Get(key);
        if (text.Length == 0)
        {
            value = fallback;
            return true;
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value > 0)
        {
            return true;
        }

        error = string.Create(CultureInfo.InvariantCulture, $"invalid request: {key}: {value}");
        return false;
    }
}
