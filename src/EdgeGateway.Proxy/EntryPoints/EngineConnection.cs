using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>
/// A connection handed to the HTTP engine. Its receiving loop keeps one read pending while a request runs, at most one buffer
/// ahead of the engine (design decision 4): FIN, reset and close_notify are seen at once and cancel the request, and a
/// stalled reader bounds memory.
/// </summary>
internal sealed class EngineConnection : ConnectionContext, IDuplexPipe, IConnectionFeature, IMemoryPoolFeature
{
    // At most so much is read ahead of the engine; one TLS record or one upload chunk.
    private const int ReadAhead = 16384;

    private static readonly PipeOptions InputOptions = new(
        pool: BlockPool.Instance,
        readerScheduler: PipeScheduler.Inline,
        writerScheduler: PipeScheduler.Inline,
        pauseWriterThreshold: ReadAhead,
        resumeWriterThreshold: ReadAhead / 2,
        minimumSegmentSize: 4096,
        useSynchronizationContext: false);

    private readonly Wire _wire;
    private readonly Socket _socket;
    private readonly bool _countsReads;
    private readonly Pipe _input = new(InputOptions);
    private readonly WirePipeWriter _output;
    private readonly CancellationTokenSource _closed = new();
    private Task _receiving = Task.CompletedTask;

    public EngineConnection(Connection connection, Socket socket, Wire wire, string id)
    {
        Connection = connection;
        ConnectionId = id;
        _socket = socket;
        _wire = wire;
        _countsReads = wire is PlainWire;
        _output = new WirePipeWriter(wire);
        Transport = this;
        LocalEndPoint = connection.Local;
        RemoteEndPoint = connection.Peer;
        ConnectionClosed = _closed.Token;
        Features.Set<IConnectionFeature>(this);
        Features.Set<IMemoryPoolFeature>(this);
    }

    public Connection Connection { get; }

    public override string ConnectionId { get; set; }

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>(0);

    public override IDuplexPipe Transport { get; set; }

    MemoryPool<byte> IMemoryPoolFeature.MemoryPool => BlockPool.Instance;

    PipeReader IDuplexPipe.Input => _input.Reader;

    PipeWriter IDuplexPipe.Output => _output;

    /// <summary>Begins to receive; <paramref name="prefix"/> is what the sniffing read.</summary>
    public void Start(ReadOnlySpan<byte> prefix)
    {
        if (!prefix.IsEmpty)
        {
            _input.Writer.Write(prefix);
        }

        _receiving = ReceiveAsync(!prefix.IsEmpty);
    }

    public override void Abort(ConnectionAbortedException abortReason) => Connection.Abort();

    /// <summary>The engine is done with it.</summary>
    public override async ValueTask DisposeAsync()
    {
        try
        {
            if (Connection.End is ConnectionEnd.Open or ConnectionEnd.PeerClosed)
            {
                await _wire.CloseAsync();
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The peer left first.
        }

        Connection.Ended(ConnectionEnd.Closed);
        _input.Reader.Complete();
        await _wire.DisposeAsync();
        await _receiving;
        _closed.Dispose();
        await base.DisposeAsync();
    }

    private async Task ReceiveAsync(bool flushFirst)
    {
        try
        {
            if (flushFirst)
            {
                var first = await _input.Writer.FlushAsync();
                if (first.IsCompleted)
                {
                    return;
                }
            }

            while (true)
            {
                // Waiting without a buffer: an idle connection holds none.
                await _wire.ReadAsync(Memory<byte>.Empty);
                var count = await _wire.ReadAsync(_input.Writer.GetMemory(1));
                if (count == 0)
                {
                    Connection.Ended(ConnectionEnd.PeerClosed);
                    break;
                }

                if (_countsReads)
                {
                    Connection.CountReceived(count);
                }

                _input.Writer.Advance(count);
                var flush = await _input.Writer.FlushAsync();
                if (flush.IsCompleted || flush.IsCanceled)
                {
                    break;
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            Connection.Ended(ConnectionEnd.Reset);
        }
        finally
        {
            await _input.Writer.CompleteAsync();

            // The engine's requests are cancelled by this; their continuations must not run inside the token's registration list
            // of a connection that is being torn down, so the thread pool does it.
            ThreadPool.UnsafeQueueUserWorkItem(static connection => connection.FireClosed(), this, preferLocal: true);
        }
    }

    private void FireClosed()
    {
        try
        {
            _closed.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Disposed in between: nobody listens any more.
        }
    }
}

/// <summary>How a request finds its connection, with one look-up.</summary>
internal interface IConnectionFeature
{
    /// <summary>The connection.</summary>
    Connection Connection { get; }
}
