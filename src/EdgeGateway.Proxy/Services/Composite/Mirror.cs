namespace EdgeGateway.Proxy.Services.Composite;

/// <summary>A service that gets copies of a share of the requests.</summary>
/// <param name="Name">As the configuration names it.</param>
/// <param name="Model">The service.</param>
/// <param name="Percent">Share of the requests, 0 to 100.</param>
internal sealed record Mirror(string Name, HttpServiceModel Model, long Percent)
{
    /// <summary>Copies so far; used under the lock of the service above.</summary>
    public long Count { get; set; }
}
