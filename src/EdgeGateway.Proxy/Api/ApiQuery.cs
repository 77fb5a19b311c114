using Microsoft.AspNetCore.WebUtilities;

namespace EdgeGateway.Proxy.Api;

/// <summary>The query of an API request; the first value of a key counts.</summary>
internal sealed class ApiQuery
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public ApiQuery(string query)
    {
        foreach (var pair in new QueryStringEnumerable(query))
        {
            _values.TryAdd(pair.DecodeName().ToString(), pair.DecodeValue().ToString());
        }
    }

    /// <summary>The value, or empty.</summary>
    public string Get(string key) => _values.GetValueOrDefault(key, "");
}
