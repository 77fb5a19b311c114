using System.Buffers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using EdgeGateway.Proxy.Services;

namespace EdgeGateway.Proxy.Forwarding.Http1;

/// <summary>
/// One socket to a server. Its address knows of it, so that the server's removal can close it (design decision 10). A read is begun
/// before each request goes out: on a connection that idled to death it ends at once, and on a living one it is the read of the
/// answer, so the look costs no call. The buffer goes back to the pool between requests: an idle connection holds none.
/// </summary>
internal sealed class Http1Connection : IDisposable
{
    // A head and a small body; a body that fills it gets the larger one, for fewer calls.
    private const int SmallBuffer = 4096;
    private const int LargeBuffer = 32768;

    private readonly Socket _socket;
    private readonly ServerAddress _address;
    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private int _scanned;
#pragma warning disable CA2012 // A read that was begun early; it is awaited once, by who calls ReceiveAsync or by EndAsync.
    private ValueTask<int> _ahead;
    private bool _hasAhead;
    private int _closed;

    public Http1Connection(Socket socket, ServerAddress address)
    {
        _socket = socket;
        _address = address;
        address.Add(this);
    }

    /// <summary>Requests begun on it so far.</summary>
    public int Requests { get; private set; }

    /// <summary><see cref="TimeProvider.GetTimestamp"/> of its return to the pool.</summary>
    public long IdleSince { get; set; }

    /// <summary>The head that <see cref="TryReadHead"/> read last.</summary>
    public ResponseHead Head { get; } = new();

    /// <summary>What was read and not consumed yet.</summary>
    public ReadOnlyMemory<byte> Received => _buffer.AsMemory(_start, _end - _start);

    /// <summary>True while it is open, as far as this side did not close it.</summary>
    public bool IsOpen => Volatile.Read(ref _closed) == 0;

    /// <summary>True when the server closed it or sent something unasked while it was idle.</summary>
    public bool IsStale
    {
        get
        {
            try
            {
                return _socket.Poll(0, SelectMode.SelectRead);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return true;
            }
        }
    }

    /// <summary>Begins a request: false when the connection is dead, nothing of the request went out then.</summary>
    public bool TryBegin()
    {
        Requests++;
        _start = _end = _scanned = 0;
        _buffer = ArrayPool<byte>.Shared.Rent(SmallBuffer);
        try
        {
            _ahead = _socket.ReceiveAsync(_buffer, SocketFlags.None, CancellationToken.None);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }

        _hasAhead = true;

        // On a fresh connection a server may speak at once (a refusal, before it closes): that is looked at as an answer.
        return Requests == 1 || !_ahead.IsCompleted;
    }

    /// <summary>Sends all of it.</summary>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        var sending = _socket.SendAsync(bytes, SocketFlags.None, CancellationToken.None);
        if (sending.IsCompletedSuccessfully)
        {
            var sent = sending.GetAwaiter().GetResult();
            return sent == bytes.Length ? default : SendRestAsync(new(sent), bytes);
        }

        return SendRestAsync(sending, bytes);
    }

    /// <summary>Reads the next head into <see cref="Head"/>; false while more of it must be received.</summary>
    /// <exception cref="UnusableAnswerException">It is malformed or too large.</exception>
    public bool TryReadHead()
    {
        var end = ResponseHead.FindEnd(_buffer.AsSpan(_start, _end - _start), ref _scanned);
        if (end < 0)
        {
            return _end - _start < ResponseHead.MaxSize ? false : throw new UnusableAnswerException("the server's answer has too large a head");
        }

        Head.Read(_buffer.AsSpan(_start, end));
        _start += end;
        _scanned = 0;
        return true;
    }

    /// <summary>Takes so many bytes of <see cref="Received"/> as read.</summary>
    public void Consume(int count) => _start += count;

    /// <summary>Begins to receive; false when nothing is there yet, so that what was passed on so far can be flushed meanwhile.</summary>
    public bool BeginFill()
    {
        if (!_hasAhead)
        {
            MakeRoom();
            _ahead = _socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None, CancellationToken.None);
            _hasAhead = true;
        }

        return _ahead.IsCompleted;
    }

    /// <summary>Receives more; the result must be given to <see cref="Accept"/>. In two steps, so that no state machine stands in between.</summary>
    public ValueTask<int> ReceiveAsync()
    {
        BeginFill();
        _hasAhead = false;
        return _ahead;
    }

    /// <summary>Takes what was received behind <see cref="Received"/>; false at the end.</summary>
    public bool Accept(int count)
    {
        _end += count;
        return count > 0;
    }

    /// <summary>Tells the server that nothing more comes.</summary>
    public void ShutdownSend() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Gives the buffer back before the connection idles. All reads have ended.</summary>
    public void Rest() => ReturnBuffer();

    /// <summary>Closes the socket at once: reads and sends that wait fail. From any thread, any number of times.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            _address.Remove(this);
            _socket.Dispose();
        }
    }

    /// <summary>Closes it and waits until nothing reads into its buffer any more.</summary>
    public async ValueTask EndAsync()
    {
        Dispose();
        if (_hasAhead)
        {
            _hasAhead = false;
            try
            {
                await _ahead;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // As it should.
            }
        }

        ReturnBuffer();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendRestAsync(ValueTask<int> first, ReadOnlyMemory<byte> bytes)
    {
        var total = await first;
        while (total < bytes.Length)
        {
            total += await _socket.SendAsync(bytes[total..], SocketFlags.None, CancellationToken.None);
        }
    }

    private void MakeRoom()
    {
        if (_start == _end)
        {
            // The last read filled it: much comes.
            var grows = _end == _buffer.Length && _buffer.Length < LargeBuffer;
            _start = _end = 0;
            if (grows)
            {
                ReturnBuffer();
                _buffer = ArrayPool<byte>.Shared.Rent(LargeBuffer);
            }
        }
        else if (_end == _buffer.Length)
        {
            var length = _end - _start;
            var target = length > _buffer.Length / 2 ? ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, LargeBuffer)) : _buffer;
            _buffer.AsSpan(_start, length).CopyTo(target);
            if (!ReferenceEquals(target, _buffer))
            {
                ReturnBuffer();
                _buffer = target;
            }

            _start = 0;
            _end = length;
        }
    }

    private void ReturnBuffer()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }

        _start = _end = 0;
    }
}
