using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Configuration.Files.Provider;

/// <summary>
/// Tells that something happened in the watched folders. What happened is found by looking (events are late, joined or lost): so renames,
/// swapped links and folders that come back need no rules of their own. Where the system gives no events, the provider's slow look remains.
/// </summary>
/// <param name="root">The file or folder to watch; null = only the folders given to <see cref="Follow"/>.</param>
/// <param name="isFolder">Whether it is a folder.</param>
/// <param name="logger">Told of folders that cannot be watched.</param>
public sealed partial class FileWatch(string? root, bool isFolder, ILogger logger) : IDisposable
{
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly List<FileSystemWatcher> _watchers = [];
    private readonly string? _root = root is null ? null : Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
    private volatile bool _isStale;
    private string? _failed;

    /// <summary>The watched folder itself was created, removed or replaced: its watch may be one of a folder that is gone.</summary>
    public bool IsStale => _isStale;

    /// <summary>Wakes the waiting provider.</summary>
    public void Wake() => _wake.Writer.TryWrite(true);

    /// <summary>True when something happened, false when the time passed.</summary>
    public async Task<bool> WaitAsync(TimeSpan limit, TimeProvider time, CancellationToken cancellation)
    {
        if (_wake.Reader.TryRead(out _))
        {
            return true;
        }

        using var timeout = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        try
        {
            await _wake.Reader.ReadAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>
    /// Watches anew: the folder with what is below it, the folder that holds it, and those that hold the targets of links. What happens
    /// between the old watch and the new one is not told: the caller looks once more.
    /// </summary>
    public void Follow(IEnumerable<string> folders)
    {
        _isStale = false;
        Stop();
        _failed = null;
        if (isFolder && _root is not null)
        {
            // The link to it may be swapped: the watch is on what it leads to.
            Add(_root, below: true);
        }

        if (_root is not null)
        {
            Add(Path.GetDirectoryName(_root) ?? "/", below: false, aroundRoot: isFolder);
        }

        foreach (var folder in folders)
        {
            Add(folder, below: false);
        }

        Wake();
    }

    /// <inheritdoc />
    public void Dispose() => Stop();

    private void Stop()
    {
        foreach (var watcher in _watchers)
        {
            watcher.Dispose();
        }

        _watchers.Clear();
    }

    private void Add(string folder, bool below, bool aroundRoot = false)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        FileSystemWatcher? watcher = null;
        try
        {
            watcher = new FileSystemWatcher(folder)
            {
                IncludeSubdirectories = below,
                NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Size
                    | NotifyFilters.Attributes,
            };

            // Of the folder around the watched one only that one's name matters; it may be as busy as /tmp.
            FileSystemEventHandler told = (_, happened) => Told(happened.Name, aroundRoot);
            watcher.Created += told;
            watcher.Changed += told;
            watcher.Deleted += told;
            watcher.Renamed += (_, happened) =>
            {
                Told(happened.Name, aroundRoot);
                Told(happened.OldName, aroundRoot);
            };
            watcher.Error += (_, _) => Wake();
            watcher.EnableRaisingEvents = true;
            _watchers.Add(watcher);
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
        {
            // Most often the system's limit of inotify instances or watches.
            watcher?.Dispose();
            if (_failed != folder)
            {
                _failed = folder;
                LogNotWatched(logger, folder, e.Message);
            }
        }
    }

    private void Told(string? name, bool aroundRoot)
    {
        if (aroundRoot)
        {
            if (name != Path.GetFileName(_root))
            {
                return;
            }

            _isStale = true;
        }

        Wake();
    }

    [LoggerMessage(EventId = 6001, Level = LogLevel.Warning, Message = "{Folder} cannot be watched, changes are seen by a look every few seconds: {Reason} [EG-FILE-WATCH]")]
    private static partial void LogNotWatched(ILogger logger, string folder, string reason);
}
