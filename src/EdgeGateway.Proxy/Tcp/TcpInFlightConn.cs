using System.Net;
using System.Runtime.InteropServices;
using EdgeGateway.Proxy.EntryPoints;

namespace EdgeGateway.Proxy.Tcp;

/// <summary><c>inFlightConn</c>: so many connections per client address, further ones are closed. Lives as long as its configuration.</summary>
internal sealed class TcpInFlightConn(string name, long amount) : TcpMiddlewareModel(name)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, long> _open = [];

    /// <inheritdoc />
    public override ConnectionEnd Refusal => ConnectionEnd.TooMany;

    /// <inheritdoc />
    public override bool TryEnter(IPAddress peer)
    {
        if (amount <= 0)
        {
            return false;
        }

        lock (_gate)
        {
            ref var open = ref CollectionsMarshal.GetValueRefOrAddDefault(_open, peer, out _);
            if (open >= amount)
            {
                return false;
            }

            open++;
            return true;
        }
    }

    /// <inheritdoc />
    public override void Leave(IPAddress peer)
    {
        lock (_gate)
        {
            ref var open = ref CollectionsMarshal.GetValueRefOrNullRef(_open, peer);
            if (--open == 0)
            {
                _open.Remove(peer);
            }
        }
    }
}
