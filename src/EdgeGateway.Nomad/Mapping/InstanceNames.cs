using System.Globalization;
using System.Text;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Nomad.Mapping;

/// <summary>The names that Traefik gives to instances and to what their tags do not name (dynamic-config §2.4).</summary>
internal static class InstanceNames
{
    // FNV-1 64 bit, as Go's hash/fnv New64 (not 1a).
    private const ulong FnvOffset = 14695981039346656037;
    private const ulong FnvPrime = 1099511628211;

    /// <summary>Key of an instance, which also orders the merge.</summary>
    internal static string Internal(NomadInstance instance) =>
        NameNormalizer.Normalize($"{instance.NodeId}-{instance.ServiceName}-{instance.Id}");

    /// <summary>Name of the service and router that tags do not name. Canaries with equal tags share one of their own.</summary>
    internal static string Implied(NomadInstance instance, bool canary) => NameNormalizer.Normalize(canary
        ? string.Create(CultureInfo.InvariantCulture, $"{instance.ServiceName}-{Hash(instance.Tags)}")
        : instance.ServiceName);

    /// <summary>
    /// The label of the registered port, which Nomad tells only at the end of the ID (<c>…-&lt;service&gt;-&lt;label&gt;</c>, nomad-api §4.2);
    /// empty when the ID is not of that form.
    /// </summary>
    internal static ReadOnlySpan<char> PortLabel(NomadInstance instance)
    {
        var before = $"-{instance.ServiceName}-";
        var at = instance.Id.StartsWith("_nomad-", StringComparison.Ordinal) ? instance.Id.LastIndexOf(before, StringComparison.Ordinal) : -1;
        return at < 0 ? [] : instance.Id.AsSpan(at + before.Length);
    }

    private static ulong Hash(IEnumerable<string> tags)
    {
        var hash = FnvOffset;
        foreach (var tag in tags.Order(StringComparer.Ordinal))
        {
            foreach (var value in Encoding.UTF8.GetBytes(tag))
            {
                hash = unchecked(hash * FnvPrime) ^ value;
            }
        }

        return hash;
    }
}
