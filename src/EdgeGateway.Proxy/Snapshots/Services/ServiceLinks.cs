using EdgeGateway.Proxy.Services;
using EdgeGateway.Proxy.Snapshots.Middlewares;

namespace EdgeGateway.Proxy.Snapshots.Services;

/// <summary>What a service refers to, and the entries that these had when it was made; null = did not exist.</summary>
/// <param name="before">What served under its name before.</param>
internal sealed class ServiceLinks(HttpServiceModel? before)
{
    /// <summary>What served under its name before; forgotten once the service is made.</summary>
    public HttpServiceModel? Before { get; set; } = before;

    /// <summary>True once the service is put together, or known to be broken.</summary>
    public bool IsLinked { get; set; }

    /// <summary>Services in front of which it stands.</summary>
    public (QualifiedName Name, ServiceEntry? Entry)[] Services { get; set; } = [];

    /// <summary>Middlewares of its own.</summary>
    public List<(QualifiedName Name, MiddlewareEntry? Entry)> Middlewares { get; } = [];

    /// <summary>Whether all of them are what it was made with.</summary>
    /// <param name="services">The services as they are now.</param>
    /// <param name="middlewares">The middlewares as they are now.</param>
    /// <param name="stale">Services that are about to be made anew.</param>
    public bool AreCurrent(ServiceCompiler services, MiddlewareCompiler middlewares, HashSet<ServiceEntry> stale)
    {
        foreach (var (name, entry) in Services)
        {
            if (entry is null ? services.Find(name) is not null : entry.IsReplaced || stale.Contains(entry))
            {
                return false;
            }
        }

        foreach (var (name, entry) in Middlewares)
        {
            if (entry is null ? middlewares.Find(name) is not null : entry.IsReplaced)
            {
                return false;
            }
        }

        return true;
    }
}
