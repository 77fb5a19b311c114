using System.Security.Authentication;

namespace EdgeGateway.Proxy.Tls.Options;

/// <summary>Versions between a lowest and a highest one, by Go's names.</summary>
internal static class TlsVersions
{
    /// <summary><c>VersionTLS10</c> is 0, <c>VersionTLS13</c> is 3; null for any other text.</summary>
    public static int? Find(string? name) => name switch
    {
        "VersionTLS10" => 0,
        "VersionTLS11" => 1,
        "VersionTLS12" => 2,
        "VersionTLS13" => 3,
        _ => null,
    };

    /// <summary>All versions from <paramref name="min"/> to <paramref name="max"/>; None when there is none between them.</summary>
    public static SslProtocols Between(int min, int max)
    {
#pragma warning disable CA5397, SYSLIB0039 // Old versions only when the user names them.
        ReadOnlySpan<SslProtocols> all = [SslProtocols.Tls, SslProtocols.Tls11, SslProtocols.Tls12, SslProtocols.Tls13];
#pragma warning restore CA5397, SYSLIB0039
        var protocols = SslProtocols.None;
        for (var i = min; i <= max; i++)
        {
            protocols |= all[i];
        }

        return protocols;
    }
}
