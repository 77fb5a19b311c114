using System.Text.Json;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Snapshots;

namespace EdgeGateway.Proxy.Api;

/// <summary>One kind of element in the API, such as HTTP routers: its list, its single objects, its place in rawdata and overview.</summary>
/// <param name="path">Place below <c>/api/</c>, such as <c>http/routers</c>.</param>
/// <param name="rawName">Name in rawdata, such as <c>tcpRouters</c>.</param>
internal abstract class ApiElements(string path, string rawName)
{
    /// <summary>Place below <c>/api/</c>.</summary>
    public string Path { get; } = path;

    /// <summary>Name in rawdata.</summary>
    public string RawName { get; } = rawName;

    /// <summary>Answers with a page of the list.</summary>
    public abstract ValueTask ListAsync(GatewayContext context, ConfigurationReport report, ApiQuery query);

    /// <summary>Answers with one element.</summary>
    public abstract ValueTask OneAsync(GatewayContext context, ConfigurationReport report, string name);

    /// <summary>Writes the member of rawdata; nothing when there is no element.</summary>
    public abstract IEnumerable<bool> Raw(Utf8JsonWriter writer, ConfigurationReport report);

    /// <summary>Number of all, of those with a warning and of the disabled ones.</summary>
    public abstract ApiCount Count(ConfigurationReport report);
}
