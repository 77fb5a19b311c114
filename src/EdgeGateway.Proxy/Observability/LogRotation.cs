using System.Globalization;
using System.IO.Compression;

namespace EdgeGateway.Proxy.Observability;

/// <summary>
/// Sets a full log file aside as <c>name-2006-01-02T15-04-05.000.ext.gz</c> (UTC) and removes old ones, as Traefik's <c>log.maxSize</c>,
/// <c>log.maxAge</c> and <c>log.maxBackups</c> do.
/// </summary>
/// <param name="maxMegabytes">Size at which a file is set aside; 0 = 100.</param>
/// <param name="maxDays">Older files are removed; 0 = never.</param>
/// <param name="maxBackups">Files kept; 0 = all.</param>
/// <param name="time">Clock.</param>
public sealed class LogRotation(int maxMegabytes, int maxDays, int maxBackups, TimeProvider time)
{
    private const string Stamp = "yyyy-MM-dd'T'HH-mm-ss.fff";

    private Task _cleaning = Task.CompletedTask;

    /// <summary>Largest size of the current file.</summary>
    internal long MaxBytes => (maxMegabytes <= 0 ? 100L : maxMegabytes) * 1024 * 1024;

    /// <summary>Completes when the last file that was set aside is compressed and old ones are gone.</summary>
    internal Task Cleaning => _cleaning;

    /// <summary>Renames the file; compressing and removing go on in the background.</summary>
    internal void SetAside(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        var name = Path.GetFileNameWithoutExtension(path);
        var extension = Path.GetExtension(path);
        var aside = Path.Combine(folder, $"{name}-{time.GetUtcNow().UtcDateTime.ToString(Stamp, CultureInfo.InvariantCulture)}{extension}");
        File.Move(path, aside, overwrite: true);
        // One after the other, off the writer's thread: 100 MiB take seconds to compress.
        _cleaning = _cleaning.ContinueWith(_ => Clean(aside, folder, name, extension), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private void Clean(string aside, string folder, string name, string extension)
    {
        try
        {
            Compress(aside);
            var kept = Backups(folder, name, extension).OrderByDescending(static backup => backup.Time).ToArray();
            var oldest = maxDays > 0 ? time.GetUtcNow().UtcDateTime.AddDays(-maxDays) : DateTime.MinValue;
            for (var i = 0; i < kept.Length; i++)
            {
                if ((maxBackups > 0 && i >= maxBackups) || kept[i].Time < oldest)
                {
                    File.Delete(kept[i].Path);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A file that cannot be compressed or removed now is tried again at the next rotation.
        }
    }

    private static void Compress(string path)
    {
        using (var source = File.OpenRead(path))
        using (var target = new FileStream(path + ".gz", new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest))
        {
            source.CopyTo(gzip);
        }

        File.Delete(path);
    }

    private static IEnumerable<(string Path, DateTime Time)> Backups(string folder, string name, string extension)
    {
        foreach (var path in Directory.EnumerateFiles(folder, name + "-*"))
        {
            var file = Path.GetFileName(path);
            var middle = file.EndsWith(extension + ".gz", StringComparison.Ordinal) ? file[..^(extension.Length + 3)]
                : file.EndsWith(extension, StringComparison.Ordinal) ? file[..^extension.Length]
                : "";
            if (middle.Length > name.Length
                && DateTime.TryParseExact(middle[(name.Length + 1)..], Stamp, CultureInfo.InvariantCulture, DateTimeStyles.None, out var at))
            {
                yield return (path, at);
            }
        }
    }
}
