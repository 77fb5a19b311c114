using Microsoft.Win32.SafeHandles;

namespace EdgeGateway.Proxy.Middlewares.Buffering;

/// <summary>
/// The part of a body that memory has no room for: a file in the system's folder for temporary ones (<c>TMPDIR</c>), readable by the gateway's
/// user alone, whose name is removed as soon as it is open. The system takes its space back when it is closed, and also when the process dies.
/// </summary>
internal sealed class SpoolFile : IDisposable
{
    private readonly FileStream _file;

    private SpoolFile(FileStream file) => _file = file;

    private SafeFileHandle Handle => _file.SafeFileHandle;

    /// <summary>Opens one, off the I/O thread: file systems have no other way.</summary>
    /// <exception cref="SpoolException">The folder takes no files.</exception>
    public static async ValueTask<SpoolFile> CreateAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var path = Path.Combine(Path.GetTempPath(), $"edge-gateway-{Guid.NewGuid():N}.body");
        try
        {
            FileStreamOptions options = new()
            {
                Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.Delete, BufferSize = 0, Options = FileOptions.Asynchronous,
            };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            var file = new FileStream(path, options);
            try
            {
                File.Delete(path);
            }
            catch
            {
                await file.DisposeAsync();
                throw;
            }

            return new(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SpoolException(e);
        }
    }

    /// <summary>Writes at a place; the thread pool does it.</summary>
    /// <exception cref="SpoolException">The file system is full or broken.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, long offset)
    {
        try
        {
            await RandomAccess.WriteAsync(Handle, bytes, offset);
        }
        catch (IOException e)
        {
            throw new SpoolException(e);
        }
    }

    /// <summary>Reads from a place, at least one byte; the thread pool does it.</summary>
    /// <exception cref="SpoolException">The file system is broken.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> bytes, long offset)
    {
        try
        {
            var read = await RandomAccess.ReadAsync(Handle, bytes, offset);
            return read > 0 ? read : throw new EndOfStreamException("a temporary file is shorter than what was written to it");
        }
        catch (IOException e)
        {
            throw new SpoolException(e);
        }
    }

    public void Dispose() => _file.Dispose();
}
