namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>A port could not be opened; the message names entry point and address (EG-ENTRYPOINT-BIND).</summary>
public sealed class EntryPointBindException(string entryPoint, string address, Exception inner)
    : Exception($"EG-ENTRYPOINT-BIND: entry point \"{entryPoint}\" cannot listen on \"{address}\": {inner.Message}", inner)
{
    /// <summary>Name of the entry point.</summary>
    public string EntryPoint { get; } = entryPoint;

    /// <summary>Address as configured.</summary>
    public string Address { get; } = address;
}
