namespace EdgeGateway.Proxy.Middlewares;

/// <summary>What a middleware is built with besides its configuration.</summary>
/// <param name="Router">Qualified name of the router: counters and buckets belong to a router's use of a middleware, as in Traefik.</param>
/// <param name="States">States that outlive reloads.</param>
/// <param name="Time">The clock.</param>
public sealed record MiddlewareContext(string Router, MiddlewareStates States, TimeProvider Time);
