using System.Net.Sockets;
using System.Runtime.CompilerServices;
using EdgeGateway.Proxy.Services;

namespace EdgeGateway.Proxy.Forwarding;

/// <summary>
/// A connection to a server that its address knows of, so that the server's removal can close it (design decision 10).
/// </summary>
/// <remarks>
/// Over HTTP/1.1 in clear an end before the first byte of an answer becomes an
/// <see cref="UpstreamClosedException"/>. The HTTP handler repeats a request up to three times by itself when it sees such an end as
/// what it is; an error it leaves to the attempt loop, which alone decides on repetitions (design decision 9).
/// </remarks>
internal sealed class UpstreamConnection : NetworkStream
{
    private readonly ServerAddress _address;
    private readonly bool _watch;
    private int _requests;
    private bool _answered = true;
    private bool _switched;

    public UpstreamConnection(Socket socket, ServerAddress address, bool watch)
        : base(socket, ownsSocket: true)
    {
        _address = address;
        _watch = watch;
        address.Add(this);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_watch || _switched)
        {
            return base.WriteAsync(buffer, cancellationToken);
        }

        // A body may take several writes; the next request begins after something was answered.
        if (_answered)
        {
            _answered = false;
            _requests++;
        }

        var writing = base.WriteAsync(buffer, cancellationToken);
        return writing.IsCompletedSuccessfully ? writing : WatchAsync(writing);
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var reading = base.ReadAsync(buffer, cancellationToken);

        // A read that begins before the request goes out is the handler's look at an idle connection; it usually ends with the answer.
        return _watch && !_switched && buffer.Length > 0 ? WatchAsync(reading, buffer) : reading;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _address.Remove(this);
        }

        base.Dispose(disposing);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> WatchAsync(ValueTask<int> reading, Memory<byte> buffer)
    {
        int read;
        try
        {
            read = await reading;
        }
        catch (IOException e) when (!_answered)
        {
            throw new UpstreamClosedException(_requests > 1, e);
        }

        if (_answered)
        {
            return read;
        }

        if (read == 0)
        {
            throw new UpstreamClosedException(_requests > 1, null);
        }

        _answered = true;
        _switched = buffer.Span[..read].StartsWith("HTTP/1.1 101"u8);
        return read;
    }

    private async ValueTask WatchAsync(ValueTask writing)
    {
        try
        {
            await writing;
        }
        catch (IOException e) when (!_answered)
        {
            throw new UpstreamClosedException(_requests > 1, e);
        }
    }
}
