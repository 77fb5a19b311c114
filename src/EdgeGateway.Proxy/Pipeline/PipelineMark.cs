using EdgeGateway.Proxy.Routing;

namespace EdgeGateway.Proxy.Pipeline;

/// <summary>Where a wrapper stands in a request, so that it can run the rest again as if it never ran (headers excepted).</summary>
/// <param name="ResponseFilters">Number of response filters that were noted.</param>
/// <param name="Target">Target as it was.</param>
/// <param name="Host">Upstream host as it was.</param>
/// <param name="StickyCookies">Number of sticky cookies that were noted.</param>
/// <param name="Children">Number of routers below the first that were entered.</param>
public readonly record struct PipelineMark(int ResponseFilters, RequestTarget Target, string Host, int StickyCookies, int Children);
