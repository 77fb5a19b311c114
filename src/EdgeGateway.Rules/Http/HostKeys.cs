using System.Diagnostics.CodeAnalysis;

namespace EdgeGateway.Rules.Http;

/// <summary>
/// Sets of host names that a rule needs, for an index. A name is exact or <c>*.x</c> (exactly one more label, which may be empty).
/// A request belongs to a set that holds its host, or its host without one trailing dot, exactly or by its part behind the first label.
/// Null stands for any host.
/// </summary>
internal static class HostKeys
{
    /// <summary>Keys of one <c>Host</c> or <c>HostSNI</c> argument (lower case).</summary>
    /// <param name="host">The argument.</param>
    /// <param name="wildcards">Whether a leading <c>*</c> is a wildcard.</param>
    public static IReadOnlyList<string>? Of(string host, bool wildcards)
    {
        // A trailing dot of the argument is forgiven; what is left may be the star that stands for every host.
        string[] keys = host.EndsWith('.') ? [host, host[..^1]] : [host];
        if (!wildcards)
        {
            return keys;
        }

        return keys.Contains("*") ? null : [.. keys.Where(static key => !key.StartsWith('*') || key.StartsWith("*.", StringComparison.Ordinal))];
    }

    /// <summary>What holds when both hold.</summary>
    [return: NotNullIfNotNull(nameof(a))]
    [return: NotNullIfNotNull(nameof(b))]
    public static IReadOnlyList<string>? Both(IReadOnlyList<string>? a, IReadOnlyList<string>? b)
    {
        if (a is null || b is null)
        {
            return a ?? b;
        }

        // A name stays if the other side can hold for one of its hosts; a wildcard gives way to the exact names below it.
        var names = b.Select(Bare).ToHashSet(StringComparer.Ordinal);
        var others = a.Select(Bare).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. a.Where(name => names.Contains(Bare(name)) || names.Contains(Wildcard(name))),
            .. b.Where(name => !others.Contains(Bare(name)) && others.Contains(Wildcard(name))),
        ];
    }

    /// <summary>What holds when one of them holds.</summary>
    public static IReadOnlyList<string>? OneOf(IEnumerable<IReadOnlyList<string>?> alternatives)
    {
        var union = new OrderedDictionary<string, bool>(StringComparer.Ordinal);
        foreach (var names in alternatives)
        {
            if (names is null)
            {
                return null;
            }

            foreach (var name in names)
            {
                union.TryAdd(name, true);
            }
        }

        return [.. union.Keys];
    }

    /// <summary>Trailing dots are forgiven here and there: comparing without them never loses a host.</summary>
    private static string Bare(string name) => name.TrimEnd('.');

    private static string Wildcard(string name)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return Bare(dot < 0 ? "*" : string.Concat("*", name.AsSpan(dot)));
    }
}
