namespace EdgeGateway.Proxy.Observability;

/// <summary>Where lines end up: a stream that was given, or a file that can be opened anew and set aside when it is large. Used by one thread.</summary>
internal sealed class LineTarget : IDisposable
{
    // Traefik: access log files 0664, the log 0600 (its rotation library's mode); the umask takes from it.
    private const UnixFileMode SharedMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead;

    private const UnixFileMode PrivateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string? _path;
    private readonly LogRotation? _rotation;
    private Stream? _stream;
    private long _size;

    private LineTarget(Stream? stream, string? path, LogRotation? rotation)
    {
        _stream = stream;
        _path = path;
        _rotation = rotation;
    }

    /// <summary>A stream that is written to as long as it takes it.</summary>
    public static LineTarget Of(Stream stream) => new(stream, null, null);

    /// <summary>A file to append to.</summary>
    public static LineTarget OpenFile(string path, LogRotation? rotation)
    {
        LineTarget target = new(null, Path.GetFullPath(path), rotation);
        target.Open();
        return target;
    }

    /// <summary>Writes whole lines.</summary>
    public void Write(ReadOnlySpan<byte> lines)
    {
        if (_stream is null)
        {
            Open();
        }

        if (_rotation is not null && _size > 0 && _size + lines.Length > _rotation.MaxBytes)
        {
            Close();
            _rotation.SetAside(_path!);
            Open();
        }

        _stream!.Write(lines);
        _stream.Flush();
        _size += lines.Length;
    }

    /// <summary>Opens the path anew; nothing for a stream without one.</summary>
    public void Reopen()
    {
        if (_path is not null)
        {
            Close();
            Open();
        }
    }

    /// <inheritdoc />
    public void Dispose() => Close();

    private void Open()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path!)!);
        var file = new FileStream(_path!, new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
            UnixCreateMode = _rotation is null ? SharedMode : PrivateMode,
        });
        // Pipes and devices (/dev/stdout) have no length.
        _size = file.CanSeek ? file.Length : 0;
        _stream = file;
    }

    private void Close()
    {
        _stream?.Dispose();
        _stream = null;
    }
}
