using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Tcp;

namespace EdgeGateway.Proxy.Snapshots.Layer4;

/// <summary>One TCP middleware as compiled; kept while its configuration stays, and with it the connections that it counts.</summary>
/// <param name="Name">Qualified name.</param>
/// <param name="Config">As configured.</param>
/// <param name="Model">Lets connections in; null when it is broken.</param>
/// <param name="Error">Why; null when it is usable.</param>
internal sealed record TcpMiddlewareEntry(QualifiedName Name, TcpMiddlewareConfig Config, TcpMiddlewareModel? Model, string? Error);
