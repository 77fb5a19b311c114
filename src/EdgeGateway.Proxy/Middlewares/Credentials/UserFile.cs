namespace EdgeGateway.Proxy.Middlewares.Credentials;

/// <summary>
/// The users of a middleware. A file is read when the middleware is built and again when it changed: a request that finds the last look
/// older than some seconds has it looked at, off its thread, and goes on with what is known. A file that cannot be read changes nothing and is
/// told once.
/// </summary>
/// <typeparam name="T">What the entries are compiled to.</typeparam>
internal sealed class UserFile<T>
    where T : class
{
    private static readonly TimeSpan LookAfter = TimeSpan.FromSeconds(5);

    private readonly string? _path;
    private readonly Func<(T? Users, string? Error)> _read;
    private readonly TimeProvider _time;
    private readonly Action<string> _report;
    private T _current;
    private (DateTime Written, long Length) _stamp;
    private long _lookedAt;
    private int _isLooking;
    private string? _reported;

    /// <summary>Takes what was read first.</summary>
    /// <param name="path">The file; null or empty for none.</param>
    /// <param name="first">What was read from it.</param>
    /// <param name="read">Reads all users once more.</param>
    /// <param name="time">Clock.</param>
    /// <param name="report">Is told what is wrong with a changed file.</param>
    public UserFile(string? path, T first, Func<(T? Users, string? Error)> read, TimeProvider time, Action<string> report)
    {
        _path = string.IsNullOrEmpty(path) ? null : path;
        _current = first;
        _read = read;
        _time = time;
        _report = report;
        _stamp = _path is null ? default : Stamp(_path);
        _lookedAt = time.GetTimestamp();
    }

    /// <summary>The users as they are known now.</summary>
    public T Current
    {
        get
        {
            if (_path is not null && _time.GetElapsedTime(Volatile.Read(ref _lookedAt)) >= LookAfter && Interlocked.Exchange(ref _isLooking, 1) == 0)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static file => file.Look(), this, preferLocal: false);
            }

            return Volatile.Read(ref _current);
        }
    }

    /// <summary>Looks whether the file changed.</summary>
    internal void Look()
    {
        try
        {
            var stamp = Stamp(_path!);
            if (stamp != _stamp)
            {
                var (users, error) = _read();
                if (users is not null)
                {
                    Volatile.Write(ref _current, users);
                    _stamp = stamp;
                    _reported = null;
                }
                else if (_reported != error)
                {
                    // Looked at again: it may be half written.
                    _reported = error;
                    _report(error!);
                }
            }
        }
        finally
        {
            Volatile.Write(ref _lookedAt, _time.GetTimestamp());
            Volatile.Write(ref _isLooking, 0);
        }
    }

    private static (DateTime, long) Stamp(string path)
    {
        try
        {
            var file = new FileInfo(path);
            return file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }
}
