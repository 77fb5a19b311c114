using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>An address of the HTTP engine that no socket listens on: connections are handed to it.</summary>
internal sealed class VirtualEndPoint(string name) : EndPoint
{
    public override string ToString() => name;
}

/// <summary>Gives the engine its listeners and hands connections to them.</summary>
internal sealed class VirtualListenerFactory : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly Dictionary<EndPoint, VirtualListener> _listeners = [];

    public bool CanBind(EndPoint endpoint) => endpoint is VirtualEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var listener = new VirtualListener(endpoint);
        _listeners.Add(endpoint, listener);
        return new(listener);
    }

    /// <summary>Hands over a connection; false when the engine takes no more.</summary>
    public bool Dispatch(VirtualEndPoint endPoint, ConnectionContext connection) => _listeners[endPoint].Offer(connection);
}

/// <summary>One virtual listener.</summary>
internal sealed class VirtualListener(EndPoint endPoint) : IConnectionListener
{
    private readonly Channel<ConnectionContext> _handedOver =
        Channel.CreateUnbounded<ConnectionContext>(new() { SingleReader = true });

    public EndPoint EndPoint { get; } = endPoint;

    public bool Offer(ConnectionContext connection) => _handedOver.Writer.TryWrite(connection);

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _handedOver.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_handedOver.Reader.TryRead(out var connection))
            {
                return connection;
            }
        }

        return null;
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _handedOver.Writer.TryComplete();
        return default;
    }

    public ValueTask DisposeAsync() => UnbindAsync();
}
