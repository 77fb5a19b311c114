namespace EdgeGateway.Proxy.Services.Composite;

/// <summary>A service below another one.</summary>
/// <param name="Name">As the configuration names it, with or without provider: cookies and hashes are made from this text, as in Traefik.</param>
/// <param name="Model">The service.</param>
/// <param name="Weight">Its share; more than 0.</param>
internal sealed record ServiceMember(string Name, HttpServiceModel Model, long Weight)
{
    /// <summary>Place in the rotation; used under the lock of the service above.</summary>
    public double Deadline { get; set; }
}
