using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>
/// Our pipe over a client's socket (design decision 4). One read is always pending while the engine has room for one more buffer,
/// so a FIN, a reset or a close_notify is seen while a request runs; with a full buffer reading stops, and so does the client.
/// Everything runs inline on the socket's own thread.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "The token source has no timer and no wait handle; the engine may still read the token after the end.")]
internal sealed class ClientPipe : IDuplexPipe
{
    // The usual request head; a client that fills it is sending a body and gets the larger one, for fewer calls.
    private const int SmallRead = 4096;
    private const int LargeRead = 32768;

    // A connection that we closed is read for so long until the client's FIN: closing a socket with unread data resets it, and a
    // reset overtakes the answer. net/http waits 500 ms (rstAvoidanceDelay) for the same reason.
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(500);

    private static readonly PipeOptions InputOptions = new(
        readerScheduler: PipeScheduler.Inline,
        writerScheduler: PipeScheduler.Inline,
        pauseWriterThreshold: LargeRead,
        resumeWriterThreshold: LargeRead / 2,
        minimumSegmentSize: SmallRead,
        useSynchronizationContext: false);

    private readonly Socket _socket;
    private readonly SslStream? _tls;
    private readonly Connection _connection;
    private readonly Pipe _input = new(InputOptions);
    private readonly CancellationTokenSource _closed = new();
    private readonly ClientPipeWriter _output;
    private Task _pump = Task.CompletedTask;
    private volatile int _closing; // 1: after what was written, 2: at once
    private volatile bool _sawEnd;

    public ClientPipe(Socket socket, SslStream? tls, Connection connection)
    {
        _socket = socket;
        _tls = tls;
        _connection = connection;
        _output = new ClientPipeWriter(socket, tls, connection);
        connection.Departure = _closed.Token;
        connection.Pipe = this;
    }

    /// <inheritdoc />
    public PipeReader Input => _input.Reader;

    /// <inheritdoc />
    public PipeWriter Output => _output;

    /// <summary>Fires when the client is gone.</summary>
    public CancellationToken Closed => _closed.Token;

    /// <summary>Starts reading; <paramref name="opening"/> are the bytes that were read to tell the protocol.</summary>
    public void Start(ReadOnlySpan<byte> opening)
    {
        if (!opening.IsEmpty)
        {
            opening.CopyTo(_input.Writer.GetSpan(opening.Length));
            _input.Writer.Advance(opening.Length);
        }

        _pump = PumpAsync();
    }

    /// <summary>Ends it now; the socket resets.</summary>
    public void Abort(ConnectionEnd end)
    {
        _connection.SetEnd(end);
        if (Interlocked.Exchange(ref _closing, 2) != 2)
        {
            _socket.Close(0);

            // The pump tells too, unless it waits for the engine to read. Not from here: the engine may hold its locks.
            ThreadPool.UnsafeQueueUserWorkItem(static closed => closed.Cancel(), _closed, preferLocal: false);
        }
    }

    /// <inheritdoc cref="Connection.PassInterimAsync"/>
    public ValueTask<bool> PassInterimAsync(ReadOnlySpan<byte> head)
    {
        if (!_output.IsAtRest)
        {
            return new(false);
        }

        _output.Write(head);
        var flush = _output.FlushAsync(CancellationToken.None);
        return flush.IsCompletedSuccessfully ? new(!flush.GetAwaiter().GetResult().IsCompleted) : WaitAsync(flush);

        static async ValueTask<bool> WaitAsync(ValueTask<FlushResult> flush) => !(await flush).IsCompleted;
    }

    /// <inheritdoc cref="Connection.EndSendingAsync"/>
    public async ValueTask EndSendingAsync()
    {
        if (_tls is not null)
        {
            await _tls.ShutdownAsync();
        }

        _socket.Shutdown(SocketShutdown.Send);
    }

    /// <summary>Ends it after what was written: close_notify, FIN, then a short wait for the client's FIN.</summary>
    public async Task CloseAsync(TimeProvider time)
    {
        _connection.SetEnd(ConnectionEnd.GatewayClosed);
        var drain = Task.CompletedTask;
        if (Interlocked.CompareExchange(ref _closing, 1, 0) == 0)
        {
            try
            {
                if (_tls is not null)
                {
                    await _tls.ShutdownAsync();
                }

                _socket.Shutdown(SocketShutdown.Send);
                drain = DrainAsync();
                await drain.WaitAsync(Linger, time);
            }
            catch (TimeoutException)
            {
                EndReading();
                await Task.WhenAny(drain, Task.Delay(Linger / 10, time)); // a read that ends by itself makes no reset
            }
            catch (Exception error) when (error is SocketException or IOException or ObjectDisposedException
                or InvalidOperationException)
            {
                // Gone already, or does not close: the socket closes below either way.
            }
        }

        _socket.Dispose();
        await drain;
        await _pump;
        if (_tls is not null)
        {
            await _tls.DisposeAsync();
        }
    }

    private void EndReading()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Gone already.
        }
    }

    private async Task PumpAsync()
    {
        Exception? failure = null;
        var end = ConnectionEnd.ClientClosed;
        try
        {
            if (!(await _input.Writer.FlushAsync(CancellationToken.None)).IsCompleted)
            {
                var hint = SmallRead;
                while (true)
                {
                    if (hint == SmallRead && _connection.IsInCrowd)
                    {
                        // Holds no buffer; whatever comes, an end too, is for the read below.
                        _ = _tls is null
                            ? await _socket.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, CancellationToken.None)
                            : await _tls.ReadAsync(Memory<byte>.Empty, CancellationToken.None);
                    }

                    var memory = _input.Writer.GetMemory(hint);
                    var read = _tls is null
                        ? await _socket.ReceiveAsync(memory, SocketFlags.None, CancellationToken.None)
                        : await _tls.ReadAsync(memory, CancellationToken.None);
                    if (read == 0)
                    {
                        _sawEnd = true;
                        break;
                    }

                    if (_tls is null)
                    {
                        _connection.AddRead(read);
                    }

                    hint = read == memory.Length ? LargeRead : SmallRead;
                    _input.Writer.Advance(read);
                    if ((await _input.Writer.FlushAsync(CancellationToken.None)).IsCompleted)
                    {
                        break;
                    }
                }
            }
        }
        catch (Exception error) when (error is SocketException or IOException or ObjectDisposedException)
        {
            _sawEnd = true;
            end = ConnectionEnd.ClientReset;
            failure = _closing == 2 ? new ConnectionAbortedException() : new ConnectionResetException("The client reset the connection.", error);
        }

        if (!_sawEnd)
        {
            return; // The engine has enough; the client is still there, CloseAsync sees to the rest.
        }

        // A client that shut down its sending side before the engine took up its request (printf … | nc -N) still gets the
        // answer; with a request running it has left, and the work for it ends at once.
        var fire = failure is not null || _connection.IsHttp2 || (_connection.HasRunningRequest && !_connection.IsTunnel);
        if (_closing == 0)
        {
            _connection.SetEnd(end);
        }

        await _input.Writer.CompleteAsync(failure);
        if (fire)
        {
            _closed.Cancel(); // Not CancelAsync: it would leave this thread, and the engine's callback is short.
        }
    }

    // The engine is done reading, but the client may still be sending: see Linger.
    private async Task DrainAsync()
    {
        await _pump;
        if (_sawEnd)
        {
            return;
        }

        var waste = ArrayPool<byte>.Shared.Rent(SmallRead);
        try
        {
            int read;
            while ((read = await _socket.ReceiveAsync(waste, SocketFlags.None, CancellationToken.None)) > 0)
            {
                _connection.AddRead(read);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Closed under it when the wait is over.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(waste);
        }
    }
}
