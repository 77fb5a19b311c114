using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Proxy.Tls.Options;

/// <summary>A configured set of TLS options: usable, or with what is wrong with it.</summary>
/// <param name="Name">Qualified name; <c>default</c> has no provider.</param>
/// <param name="Config">As configured.</param>
/// <param name="Model">The set; null when it is broken, and then connections of its hosts are closed (dynamic-config §6.3).</param>
/// <param name="Error">Why; null when it is usable.</param>
internal sealed record TlsOptionsEntry(string Name, TlsOptionsConfig Config, TlsOptionsModel? Model, string? Error)
{
    /// <summary>The built-in <c>default</c>.</summary>
    public static readonly TlsOptionsEntry BuiltIn = new(TlsOptionsModel.DefaultName, TlsOptionsModel.Default.Config, TlsOptionsModel.Default, null);

    /// <summary>Checks a configured set.</summary>
    public static TlsOptionsEntry Create(string name, TlsOptionsConfig config) =>
        TlsOptionsModel.TryCreate(name, config, out var model, out var error) ? new(name, config, model, null) : new(name, config, null, error);
}
