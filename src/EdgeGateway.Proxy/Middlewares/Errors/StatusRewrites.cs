using System.Diagnostics.CodeAnalysis;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Pipeline;

namespace EdgeGateway.Proxy.Middlewares.Errors;

/// <summary>
/// <c>statusRewrites</c>: which status the client gets for one that was caught. Of several that hold a status the narrowest counts, of
/// equal ones the first by name: Traefik leaves it to chance.
/// </summary>
internal sealed class StatusRewrites
{
    private readonly (StatusRanges Ranges, int Status)[] _rewrites;

    private StatusRewrites((StatusRanges, int)[] rewrites) => _rewrites = rewrites;

    /// <summary>Compiles the map.</summary>
    public static bool TryParse(ConfigMap<long> map, [NotNullWhen(true)] out StatusRewrites? rewrites, [NotNullWhen(false)] out string? error)
    {
        List<(StatusRanges Ranges, int Status)> read = [];
        foreach (var (text, status) in map.OrderBy(static entry => entry.Key.Contains('-', StringComparison.Ordinal)).ThenBy(static entry => entry.Key, StringComparer.Ordinal))
        {
            if (!StatusRanges.TryParse([text], out var ranges, out error))
            {
                rewrites = null;
                error = $"statusRewrites: {error}";
                return false;
            }

            // Interim statuses end no request.
            if (status is < 200 or > 999)
            {
                rewrites = null;
                error = $"statusRewrites: {text} becomes {status}, which is no status";
                return false;
            }

            read.Add((ranges, (int)status));
        }

        (rewrites, error) = (new([.. read.OrderBy(static rewrite => rewrite.Ranges.Width)]), null);
        return true;
    }

    /// <summary>The status for the client.</summary>
    public int Apply(int status)
    {
        foreach (var (ranges, rewritten) in _rewrites)
        {
            if (ranges.Contains(status))
            {
                return rewritten;
            }
        }

        return status;
    }
}
