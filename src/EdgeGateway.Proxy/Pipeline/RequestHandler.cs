namespace EdgeGateway.Proxy.Pipeline;

/// <summary>Handles a request to its end.</summary>
public delegate ValueTask RequestHandler(GatewayContext context);
