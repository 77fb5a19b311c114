// How certificates, keys and authorities on disk are followed:
//   1. the compiler says before it reads which files are named; each gets a first look then, so that no change is missed in between
//   2. an event in one of their folders, or of those that links lead through, or the slow look wakes the loop
//   3. files are compared by content, and looked at again until they rest: a pair is written in two steps
//   4. the compiler is asked to work; it reads again what is named by the changed files. What cannot be used keeps what is in use
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Files.Provider;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Proxy.Tls.Files;

/// <summary>Follows the files that TLS settings name. A handshake never touches a file.</summary>
/// <param name="always">Files of the static configuration.</param>
/// <param name="time">Clock.</param>
/// <param name="logger">The log.</param>
public sealed partial class PemFiles(IEnumerable<string> always, TimeProvider time, ILogger<PemFiles> logger) : IDisposable
{
    // A certificate and its key are two files: whoever writes them is done well within it, and nobody waits for it.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(250);

    // Files that never rest are taken as they are.
    private static readonly TimeSpan MaxUnrest = TimeSpan.FromSeconds(5);

    // For file systems without events, as the file provider's.
    private static readonly TimeSpan SlowLook = TimeSpan.FromSeconds(5);

    // A busy folder (logs beside the keys) costs a look per time.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private const int MaxFolders = 256;

    private readonly Lock _gate = new();
    private readonly string[] _always = [.. always];
    private readonly FileWatch _watch = new(null, isFolder: false, logger);
    private readonly HashSet<string> _changed = new(StringComparer.Ordinal);
    private Dictionary<string, PemFile> _known = new(StringComparer.Ordinal);
    private (TlsConfiguration, ConfigMap<ServersTransportConfig>, ConfigMap<TcpServersTransportConfig>)[]? _seen;
    private bool _isNew;

    /// <summary>Files of the static configuration's transports.</summary>
    public static IEnumerable<string> Named(ServersTransportConfig http, TcpServersTransportConfig tcp) => [.. PemFileNames.Of(http), .. PemFileNames.Of(tcp)];

    /// <summary>Step 1, before anything is read.</summary>
    /// <returns>The files that changed since the last call.</returns>
    internal IReadOnlySet<string> Begin(IReadOnlyList<ProviderMessage> messages)
    {
        (TlsConfiguration, ConfigMap<ServersTransportConfig>, ConfigMap<TcpServersTransportConfig>)[] now =
            [.. messages.Select(static m => (m.Configuration.Tls, m.Configuration.Http.ServersTransports, m.Configuration.Tcp.ServersTransports))];
        lock (_gate)
        {
            if (_seen is null || !now.AsSpan().SequenceEqual(_seen))
            {
                _seen = now;
                var known = new Dictionary<string, PemFile>(StringComparer.Ordinal);
                foreach (var path in _always.Concat(messages.SelectMany(static m => PemFileNames.Of(m.Configuration))))
                {
                    if (!known.ContainsKey(path))
                    {
                        _isNew |= !_known.ContainsKey(path);
                        known[path] = _known.TryGetValue(path, out var before) ? before : PemFile.Look(path, null, trustStamps: false);
                    }
                }

                _known = known;
            }

            if (_isNew)
            {
                _watch.Wake();
            }

            var changed = _changed.ToHashSet(StringComparer.Ordinal);
            _changed.Clear();
            return changed;
        }
    }

    /// <summary>Steps 2 to 4, until cancelled.</summary>
    /// <param name="changed">Asks the compiler to work.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task RunAsync(Action changed, CancellationToken cancellation)
    {
        await Task.Yield();
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                // Step 2.
                Follow(always: false);
                var told = await _watch.WaitAsync(SlowLook, time, cancellation);
                var files = Look(Known(), trustStamps: !told);
                if (files.Count == 0)
                {
                    await Task.Delay(told ? Pause : TimeSpan.Zero, time, cancellation);
                    continue;
                }

                // Step 3.
                files = await SettleAsync(files, cancellation);
                Take(files);

                // Links may lead elsewhere now, and a folder that was replaced has lost its watch.
                Follow(always: true);
                if (files.Count > 0)
                {
                    // Step 4.
                    LogChanged(logger, string.Join(", ", files.Keys.Order(StringComparer.Ordinal)));
                    changed();
                }
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <inheritdoc />
    public void Dispose() => _watch.Dispose();

    private Dictionary<string, PemFile> Known()
    {
        lock (_gate)
        {
            return _known;
        }
    }

    // The files that are not what they were.
    private static Dictionary<string, PemFile> Look(Dictionary<string, PemFile> known, bool trustStamps)
    {
        var differing = new Dictionary<string, PemFile>(StringComparer.Ordinal);
        foreach (var (path, before) in known)
        {
            if (PemFile.Look(path, before, trustStamps) is var now && now.Digest != before.Digest)
            {
                differing[path] = now;
            }
        }

        return differing;
    }

    private async Task<Dictionary<string, PemFile>> SettleAsync(Dictionary<string, PemFile> files, CancellationToken cancellation)
    {
        var begun = time.GetTimestamp();
        while (time.GetElapsedTime(begun) < MaxUnrest)
        {
            await Task.Delay(Quiet, time, cancellation);
            var next = Look(Known(), trustStamps: false);
            if (next.Count == files.Count && next.All(file => files.TryGetValue(file.Key, out var before) && before.Digest == file.Value.Digest))
            {
                return next;
            }

            files = next;
        }

        return files;
    }

    private void Take(Dictionary<string, PemFile> files)
    {
        lock (_gate)
        {
            var known = new Dictionary<string, PemFile>(_known, StringComparer.Ordinal);
            foreach (var (path, file) in files)
            {
                if (known.ContainsKey(path))
                {
                    known[path] = file;
                    _changed.Add(path);
                }
            }

            _known = known;
        }
    }

    private void Follow(bool always)
    {
        Dictionary<string, PemFile> known;
        lock (_gate)
        {
            if (!always && !_isNew)
            {
                return;
            }

            _isNew = false;
            known = _known;
        }

        var folders = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in known.Keys)
        {
            var full = Path.GetFullPath(path);
            folders.Add(Path.GetDirectoryName(full) ?? "/");
            LinkFolders.Add(full, folders, MaxFolders);
        }

        _watch.Follow(folders);
    }

    [LoggerMessage(EventId = 4601, Level = LogLevel.Information, Message = "Certificates, keys or authorities changed on disk and are read again: {Files}")]
    private static partial void LogChanged(ILogger logger, string files);
}
