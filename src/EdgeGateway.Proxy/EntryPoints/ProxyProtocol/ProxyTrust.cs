using System.Diagnostics.CodeAnalysis;
using System.Net;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.Routing;

namespace EdgeGateway.Proxy.EntryPoints.ProxyProtocol;

/// <summary>Whose PROXY headers an entry point believes, and how many were no headers.</summary>
internal sealed class ProxyTrust
{
    private readonly NetworkSet? _trusted;
    private long _malformed;

    private ProxyTrust(NetworkSet? trusted) => _trusted = trusted;

    /// <summary>Headers that were malformed; their connections were closed.</summary>
    public long Malformed => Volatile.Read(ref _malformed);

    /// <summary>Reads the settings of an entry point; without a section there is nothing to read (<paramref name="trust"/> is null).</summary>
    /// <param name="config">The section; null = off.</param>
    /// <param name="trust">Null when it is off.</param>
    /// <param name="error">Traefik's text when the section says nobody may be believed.</param>
    public static bool TryCreate(ProxyProtocolInConfig? config, out ProxyTrust? trust, [NotNullWhen(false)] out string? error)
    {
        (trust, error) = (null, null);
        if (config is null)
        {
            return true;
        }

        NetworkSet? set = null;
        if (!config.Insecure && !NetworkSet.TryParse(config.TrustedIPs.AsSpan(), out set, out error))
        {
            return false;
        }

        trust = new(set);
        return true;
    }

    /// <summary>True when the addresses of this peer's header count.</summary>
    public bool Believes(IPAddress peer) => _trusted is null || _trusted.Contains(peer);

    /// <summary>Counts a malformed header.</summary>
    public void CountMalformed() => Interlocked.Increment(ref _malformed);
}
