using EdgeGateway.Proxy.Layer4;

namespace EdgeGateway.Proxy.Tcp;

/// <summary>Where a connection may go.</summary>
/// <param name="State">The service that chose the server.</param>
/// <param name="Server">The server.</param>
/// <param name="Transport">How it is connected.</param>
/// <param name="Limits">How long the connection may live.</param>
internal readonly record struct TcpTarget(Layer4ServiceState State, Layer4Server Server, TcpTransport Transport, RelayLimits Limits);
