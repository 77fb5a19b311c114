using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Proxy.Forwarding;

/// <summary>One transport per name and settings, kept from snapshot to snapshot: a change elsewhere opens no connection anew.</summary>
public sealed class TransportPool : IDisposable
{
    /// <summary>The transport of services that name none.</summary>
    public const string DefaultName = "default@internal";

    private readonly Dictionary<string, UpstreamTransport> _transports = new(StringComparer.Ordinal);

    /// <summary>Makes the pool with the static <c>serversTransport</c> as the default.</summary>
    /// <exception cref="InvalidDataException">A root certificate cannot be read; the message names it.</exception>
    public TransportPool(ServersTransportConfig defaults) => _transports.Add(DefaultName, new(defaults, Roots(defaults)));

    /// <summary>The transport of that qualified name, or null.</summary>
    public UpstreamTransport? Find(string name) => _transports.GetValueOrDefault(name);

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var transport in _transports.Values)
        {
            transport.Dispose();
        }
    }

    private static X509Certificate2Collection? Roots(ServersTransportConfig config)
    {
        if (config.RootCAs.Count == 0)
        {
            return null;
        }

        var roots = new X509Certificate2Collection();
        foreach (var root in config.RootCAs)
        {
            try
            {
                roots.ImportFromPem(root.Contains("-----BEGIN", StringComparison.Ordinal) ? root : File.ReadAllText(root));
            }
            catch (Exception e) when (e is IOException or CryptographicException or UnauthorizedAccessException)
            {
                throw new InvalidDataException($"serversTransport.rootCAs: {root}: {e.Message}", e);
            }
        }

        return roots;
    }
}
