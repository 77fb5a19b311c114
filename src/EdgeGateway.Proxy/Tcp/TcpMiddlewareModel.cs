using System.Net;
using EdgeGateway.Proxy.EntryPoints;

namespace EdgeGateway.Proxy.Tcp;

/// <summary>A TCP middleware of a router: lets a connection in or not.</summary>
internal abstract class TcpMiddlewareModel(string name)
{
    /// <summary>Qualified name.</summary>
    public string Name { get; } = name;

    /// <summary>How a connection ends that is not let in.</summary>
    public abstract ConnectionEnd Refusal { get; }

    /// <summary>False: the connection is closed without a word, as in Traefik.</summary>
    /// <param name="peer">Address of the client, after PROXY protocol.</param>
    public abstract bool TryEnter(IPAddress peer);

    /// <summary>Called once for each connection that was let in, at its end.</summary>
    /// <param name="peer">As given to <see cref="TryEnter"/>.</param>
    public virtual void Leave(IPAddress peer)
    {
    }
}
