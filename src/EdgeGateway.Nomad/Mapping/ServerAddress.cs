using System.Globalization;

namespace EdgeGateway.Nomad.Mapping;

/// <summary>Where an instance listens, after the tags had their say (dynamic-config §2.4).</summary>
internal static class ServerAddress
{
    /// <summary><c>host:port</c>, or null with the reason.</summary>
    internal static string? Join(NomadInstance instance, string? declaredPort, out string? fault)
    {
        fault = null;
        if (instance.Address.Length == 0)
        {
            fault = "address is missing";
            return null;
        }

        var port = declaredPort is { Length: > 0 } ? declaredPort
            : instance.Port > 0 ? instance.Port.ToString(CultureInfo.InvariantCulture)
            : null;
        if (port is null)
        {
            fault = "port is missing: the registration has none and no tag gives one";
            return null;
        }

        // Source: Go net.JoinHostPort.
        return instance.Address.Contains(':', StringComparison.Ordinal) ? $"[{instance.Address}]:{port}" : $"{instance.Address}:{port}";
    }
}
