using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Proxy.Tls.Files;

/// <summary>Which files TLS settings name; PEM text that stands in a setting itself has no file.</summary>
internal static class PemFileNames
{
    /// <summary>Certificates and keys.</summary>
    public static IEnumerable<string> Of(CertificateConfig? pair) => OnlyPaths([pair?.CertFile, pair?.KeyFile]);

    /// <summary>Authorities of clients.</summary>
    public static IEnumerable<string> Of(TlsOptionsConfig options) => OnlyPaths(options.ClientAuth.CaFiles);

    /// <summary>Authorities of servers, and the certificates that are shown to them.</summary>
    public static IEnumerable<string> Of(ServersTransportConfig transport) => [.. OnlyPaths(transport.RootCAs), .. transport.Certificates.SelectMany(Of)];

    /// <inheritdoc cref="Of(ServersTransportConfig)" />
    public static IEnumerable<string> Of(TcpServersTransportConfig transport) => transport.Tls is { } tls
        ? [.. OnlyPaths(tls.RootCAs), .. tls.Certificates.SelectMany(Of)]
        : [];

    /// <summary>All of a provider.</summary>
    public static IEnumerable<string> Of(DynamicConfiguration configuration) =>
    [
        .. configuration.Tls.Certificates.SelectMany(static c => Of(new CertificateConfig { CertFile = c.CertFile, KeyFile = c.KeyFile })),
        .. configuration.Tls.Stores.Values.SelectMany(static s => Of(s.DefaultCertificate)),
        .. configuration.Tls.Options.Values.SelectMany(Of),
        .. configuration.Http.ServersTransports.Values.SelectMany(Of),
        .. configuration.Tcp.ServersTransports.Values.SelectMany(Of),
    ];

    private static IEnumerable<string> OnlyPaths(IEnumerable<string?> options) =>
        options.Where(static option => !string.IsNullOrEmpty(option) && !PemText.IsInline(option)).Select(static option => option!);
}
