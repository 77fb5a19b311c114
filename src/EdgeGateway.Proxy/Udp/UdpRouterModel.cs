namespace EdgeGateway.Proxy.Udp;

/// <summary>The UDP router of an entry point: it has no rule, so there is one at most.</summary>
/// <param name="Name">Qualified name.</param>
/// <param name="Service">Its service.</param>
internal sealed record UdpRouterModel(string Name, UdpServiceModel Service);
