using EdgeGateway.Proxy.Services;

namespace EdgeGateway.Proxy.Middlewares;

/// <summary>Finds a service that a middleware names; whoever gives it notes that the service is used.</summary>
/// <param name="reference">Name as written; without a provider it is of the middleware's own.</param>
/// <param name="error">Why there is none.</param>
/// <returns>The service; null on an error.</returns>
public delegate HttpServiceModel? ServiceLookup(string reference, out string? error);
