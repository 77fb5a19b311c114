using System.Text;

namespace EdgeGateway.Proxy.Observability;

/// <summary>
/// Lines on their way to a file or to standard output (design decision 5): a bounded buffer that everybody appends to, and one thread that
/// writes it out while the next one fills. When nobody takes the output, lines are dropped and counted; requests never wait for it.
/// </summary>
public sealed class BoundedLineWriter : IDisposable
{
    // About 7,000 access log lines: a burst of a busy gateway, and no burden when the output stalls for good.
    private const int Capacity = 1 << 20;

    // A pipe's default size on Linux: most writers never need more.
    private const int InitialCapacity = 1 << 16;

    private readonly Lock _gate = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly LineTarget _target;
    private readonly Thread _thread;
    private byte[] _filling = new byte[InitialCapacity];
    private byte[] _spare = new byte[InitialCapacity];
    private int _used;
    private int _lines;
    private bool _closing;
    private volatile bool _reopen;
    private long _dropped;
    private long _written;

    /// <summary>Takes over the stream.</summary>
    /// <param name="target">Where lines go.</param>
    /// <param name="name">Name of the thread.</param>
    public BoundedLineWriter(Stream target, string name)
        : this(LineTarget.Of(target), name)
    {
    }

    internal BoundedLineWriter(LineTarget target, string name)
    {
        _target = target;
        _thread = new Thread(Run) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>Lines that were lost: the buffer was full, or writing failed.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Lines written.</summary>
    public long Written => Volatile.Read(ref _written);

    /// <summary>Standard output, or a file to append to; missing folders are made.</summary>
    /// <param name="path">File; empty = standard output.</param>
    /// <param name="name">Name of the thread.</param>
    /// <param name="rotation">When the file is set aside; null = never, somebody else does it and calls <see cref="Reopen"/>.</param>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be opened.</exception>
    public static BoundedLineWriter Open(string? path, string name, LogRotation? rotation = null) =>
        new(string.IsNullOrEmpty(path) ? LineTarget.Of(Console.OpenStandardOutput()) : LineTarget.OpenFile(path, rotation), name);

    /// <summary>Queues a line without its line feed; returns at once.</summary>
    public void Write(string line)
    {
        var size = Encoding.UTF8.GetByteCount(line);
        lock (_gate)
        {
            if (TryReserve(size + 1))
            {
                Encoding.UTF8.GetBytes(line, _filling.AsSpan(_used));
                Append(size);
                return;
            }
        }

        Interlocked.Increment(ref _dropped);
    }

    /// <summary>Queues a line in UTF-8 without its line feed; returns at once, allocates nothing.</summary>
    public void Write(ReadOnlySpan<byte> line)
    {
        lock (_gate)
        {
            if (TryReserve(line.Length + 1))
            {
                line.CopyTo(_filling.AsSpan(_used));
                Append(line.Length);
                return;
            }
        }

        Interlocked.Increment(ref _dropped);
    }

    /// <summary>Closes the file and opens its path anew, before the next line: for log rotation by others (SIGUSR1).</summary>
    public void Reopen()
    {
        _reopen = true;
        _wake.Set();
    }

    /// <summary>Writes what is queued, for so long at most, and ends. Later lines are dropped.</summary>
    public void Close(TimeSpan limit)
    {
        lock (_gate)
        {
            _closing = true;
        }

        _wake.Set();
        _thread.Join(limit);
    }

    /// <inheritdoc />
    public void Dispose() => Close(TimeSpan.FromSeconds(1));

    private bool TryReserve(int size)
    {
        if (_closing || size > Capacity - _used)
        {
            return false;
        }

        if (size > _filling.Length - _used)
        {
            Array.Resize(ref _filling, Math.Min(Capacity, Math.Max(_filling.Length * 2, _used + size)));
        }

        return true;
    }

    private void Append(int size)
    {
        _used += size;
        _filling[_used++] = (byte)'\n';
        // The first line of a buffer wakes the writer; under load it is awake anyway.
        if (_lines++ == 0)
        {
            _wake.Set();
        }
    }

    private void Run()
    {
        while (true)
        {
            _wake.WaitOne();
            bool closing;
            do
            {
                if (_reopen)
                {
                    _reopen = false;
                    Guard(static target => target.Reopen());
                }

                closing = Flush();
            }
            while (HasLines());

            if (closing)
            {
                Guard(static target => target.Dispose());
                return;
            }
        }
    }

    private bool HasLines()
    {
        lock (_gate)
        {
            return _lines > 0;
        }
    }

    private bool Flush()
    {
        int size, lines;
        bool closing;
        lock (_gate)
        {
            (_filling, _spare) = (_spare, _filling);
            (size, lines) = (_used, _lines);
            (_used, _lines) = (0, 0);
            closing = _closing;
        }

        if (lines > 0)
        {
            var done = false;
            try
            {
                _target.Write(_spare.AsSpan(0, size));
                done = true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
            {
                // A full disk, a closed pipe, a folder that is gone: the lines are lost and counted.
            }

            Interlocked.Add(ref done ? ref _written : ref _dropped, lines);
        }

        return closing;
    }

    private void Guard(Action<LineTarget> action)
    {
        try
        {
            action(_target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The lines that follow fail in their turn and are counted.
        }
    }
}
