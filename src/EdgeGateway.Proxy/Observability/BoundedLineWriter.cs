using System.Collections.Concurrent;
using System.Text;

namespace EdgeGateway.Proxy.Observability;

/// <summary>
/// Lines on their way to a file or to standard output: a bounded queue and one thread that writes (design decision 5). When nobody
/// takes the output, lines are dropped and counted; requests never wait for it.
/// </summary>
public sealed class BoundedLineWriter : IDisposable
{
    // About a second of lines of a busy gateway, and a few MiB at most.
    private const int Capacity = 8192;

    // One write call takes what is there, up to a pipe's default size on Linux.
    private const int Batch = 65536;

    private readonly BlockingCollection<string> _lines = new(Capacity);
    private readonly Stream _target;
    private readonly Thread _thread;
    private long _dropped;
    private long _written;

    /// <summary>Takes over the stream.</summary>
    public BoundedLineWriter(Stream target, string name)
    {
        _target = target;
        _thread = new Thread(Run) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>Lines that were not written because the queue was full.</summary>
    public long Dropped => Volatile.Read(ref _dropped);

    /// <summary>Lines written.</summary>
    public long Written => Volatile.Read(ref _written);

    /// <summary>Standard output, or a file to append to, readable by its owner and group only.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static BoundedLineWriter Open(string? path, string name) => new(
        string.IsNullOrEmpty(path)
            ? Console.OpenStandardOutput()
            : new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.Append,
                Access = FileAccess.Write,
                Share = FileShare.ReadWrite | FileShare.Delete,
                BufferSize = 0,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead,
            }),
        name);

    /// <summary>Queues a line without its line feed; returns at once.</summary>
    public void Write(string line)
    {
        if (_lines.IsAddingCompleted || !_lines.TryAdd(line))
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    /// <summary>Writes what is queued, for so long at most, and ends.</summary>
    public void Close(TimeSpan limit)
    {
        _lines.CompleteAdding();
        _thread.Join(limit);
    }

    /// <inheritdoc />
    public void Dispose() => Close(TimeSpan.FromSeconds(1));

    private void Run()
    {
        var text = new StringBuilder();
        foreach (var first in _lines.GetConsumingEnumerable())
        {
            text.Append(first).Append('\n');
            var count = 1;
            while (text.Length < Batch && _lines.TryTake(out var more))
            {
                text.Append(more).Append('\n');
                count++;
            }

            try
            {
                _target.Write(Encoding.UTF8.GetBytes(text.ToString()));
                _target.Flush();
                Interlocked.Add(ref _written, count);
            }
            catch (IOException)
            {
                // A full disk or a closed pipe: the lines are lost and counted.
                Interlocked.Add(ref _dropped, count);
            }

            text.Clear();
        }
    }
}
