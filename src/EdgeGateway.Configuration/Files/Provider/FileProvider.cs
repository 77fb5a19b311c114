using System.Runtime.InteropServices;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Configuration.Templates;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Configuration.Files.Provider;

/// <summary>
/// The file provider (static-config §2.11):
/// <list type="number">
/// <item>all files are read and published at once, so that the start waits for nothing;</item>
/// <item>an event, SIGHUP or the slow look wakes it; it looks at all files and compares their texts;</item>
/// <item>it looks again until nothing changes for a moment: a short one, or a longer one when a file looks half-written;</item>
/// <item>a file that cannot be used keeps its last good state, a faulty element its last good definition; nothing else is touched;</item>
/// <item>the files are merged, the first definition of a name in byte order of the file names counts, and what did not change keeps its
/// object (design decision 11).</item>
/// </list>
/// </summary>
public sealed partial class FileProvider : IConfigurationProvider, IDisposable
{
    // Longer than the pauses between the writes of one save, short enough to feel immediate.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(15);

    // For files that are missing or broken: editors that rename, and copies over a network, are done well within it.
    private static readonly TimeSpan LongQuiet = TimeSpan.FromMilliseconds(250);

    // For files that became empty or lost their end: most likely emptied in order to be written anew, by a writer that the system lets wait.
    // Who means it loses two seconds; who does not would lose routes.
    private static readonly TimeSpan LongestQuiet = TimeSpan.FromSeconds(2);

    // A file that is written without pause is taken as it is after this time.
    private static readonly TimeSpan MaxUnrest = TimeSpan.FromSeconds(5);

    // For file systems without events (NFS, some container mounts), and for what links lead to.
    private static readonly TimeSpan SlowLook = TimeSpan.FromSeconds(5);

    private readonly FileConfig _config;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly FileScanner? _scanner;
    private readonly DynamicFile _decoder;
    private readonly FileWatch _watch;
    private readonly ConfigurationMerger _merger = new(MergeStrategy.SkipDuplicates);
    private readonly TaskCompletionSource _firstAnswer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Dictionary<string, ConfigurationFragment> _good = new(StringComparer.Ordinal);
    private FileScan _current = FileScan.Nothing;

    /// <summary>Makes the provider; nothing is read yet.</summary>
    /// <param name="config">Which files.</param>
    /// <param name="functions">Template functions beyond the built-in ones (regular expressions).</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public FileProvider(FileConfig config, IReadOnlyDictionary<string, TemplateFunction> functions, TimeProvider time, ILogger logger)
    {
        (_config, _time, _logger) = (config, time, logger);
        _scanner = (config.Directory ?? config.Filename) is null ? null : new FileScanner(config.Directory, config.Filename);
        _decoder = new DynamicFile(functions);
        _watch = new FileWatch(config.Directory ?? config.Filename ?? ".", config.Directory is not null, logger);
    }

    /// <inheritdoc />
    public string Name => "file";

    /// <inheritdoc />
    public Task FirstAnswer => _firstAnswer.Task;

    /// <inheritdoc />
    public async Task RunAsync(Action<ProviderMessage> publish, CancellationToken cancellation)
    {
        // Off the caller's thread, which may be one of the I/O threads: files are read synchronously.
        await Task.Yield();
        using (_watch)
        {
            try
            {
                await FollowAsync(publish, cancellation);
            }
            finally
            {
                _firstAnswer.TrySetResult();
            }
        }
    }

    /// <inheritdoc />
    public void Dispose() => _watch.Dispose();

    private async Task FollowAsync(Action<ProviderMessage> publish, CancellationToken cancellation)
    {
        if (_scanner is null)
        {
            publish(new(Name, DynamicConfiguration.Empty,
                [new("EG-FILE-READ", ProblemSeverity.Error, new("providers.file"), "the file provider needs filename or directory and is left out")]));
            return;
        }

        var hangUps = 0;
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            Interlocked.Increment(ref hangUps);
            _watch.Wake();
        });

        // Step 1. The watch comes first: what changes during the first look is seen by the next one.
        if (_config.Watch)
        {
            _watch.Follow([]);
        }

        var first = true;
        while (true)
        {
            var told = first || await _watch.WaitAsync(_config.Watch ? SlowLook : Timeout.InfiniteTimeSpan, _time, cancellation);
            var asked = Interlocked.Exchange(ref hangUps, 0) > 0;
            if (!first && !_config.Watch && !asked)
            {
                continue;
            }

            try
            {
                // Step 2; at the start nothing is waited for.
                var scan = _scanner.Scan(_current, trustStamps: !told);
                var settled = first ? scan : await SettleAsync(scan, cancellation);
                if (settled is not null)
                {
                    Apply(settled, publish);
                }

                if (_config.Watch && (settled is { } applied ? !first || applied.Folders.Count > 0 : _watch.IsStale))
                {
                    _watch.Follow(_current.Folders);
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // What was published stays; the next event or look tries again.
                LogFailed(_logger, e);
            }

            first = false;
            _firstAnswer.TrySetResult();
        }
    }

    /// <summary>Step 3. The files once they are at rest; null when they are as they were.</summary>
    private async Task<FileScan?> SettleAsync(FileScan scan, CancellationToken cancellation)
    {
        var begun = _time.GetTimestamp();
        var changed = begun;
        while (true)
        {
            if (scan.SameAs(_current))
            {
                return null;
            }

            var left = QuietFor(scan) - _time.GetElapsedTime(changed);
            if (left <= TimeSpan.Zero || _time.GetElapsedTime(begun) > MaxUnrest)
            {
                return scan;
            }

            await _watch.WaitAsync(left, _time, cancellation);
            var next = _scanner!.Scan(scan, trustStamps: false);
            if (!next.SameAs(scan))
            {
                changed = _time.GetTimestamp();
            }

            scan = Reuse(next);
        }
    }

    // A text that went back to what is in force is that object again.
    private FileScan Reuse(FileScan scan) => scan with
    {
        Files = [.. scan.Files.Select(file => _current.Find(file.Name) is { } known && known.Content.Equals(file.Content) ? file with { Content = known.Content } : file)],
    };

    private TimeSpan QuietFor(FileScan scan)
    {
        var quiet = scan.Problem is not null || _current.Files.Any(known => scan.Find(known.Name) is null) ? LongQuiet : Quiet;
        foreach (var file in scan.Files)
        {
            var known = _current.Find(file.Name)?.Content;
            if (ReferenceEquals(known, file.Content))
            {
                continue;
            }

            if (file.Content.IsBlank
                || (file.Content.Text is { } text && known?.Text is { } before && before.Length > text.Length && before.StartsWith(text, StringComparison.Ordinal)))
            {
                return LongestQuiet;
            }

            if (file.Content.Text is null || Decode(file) is { Configuration: null } or { Dropped.Count: > 0 })
            {
                quiet = LongQuiet;
            }
        }

        return quiet;
    }

    private DecodedFile Decode(ScannedFile file) => file.Content.Decoded ??= _decoder.Decode(file.Path, file.Content.Text!);

    private void Apply(FileScan scan, Action<ProviderMessage> publish)
    {
        var started = _time.GetTimestamp();
        var problems = new List<ConfigurationProblem>(scan.Warnings);
        if (scan.Problem is { } problem)
        {
            problems.Add(problem);
            scan = _current with { Problem = problem, Warnings = scan.Warnings };
        }

        // Step 4.
        var good = new Dictionary<string, ConfigurationFragment>(StringComparer.Ordinal);
        foreach (var file in scan.Files)
        {
            var fragment = Fragment(file, _good.GetValueOrDefault(file.Name), problems);
            if (fragment is not null)
            {
                good.Add(file.Name, fragment);
            }
        }

        _good = good;
        _current = scan;

        // Step 5.
        var configuration = _merger.Merge([.. scan.Files.Where(file => good.ContainsKey(file.Name)).Select(file => good[file.Name])], out var conflicts);
        foreach (var conflict in conflicts)
        {
            var files = conflict.Definitions.Select(static fragment => fragment.Source).ToArray();
            problems.Add(new(
                "EG-FILE-CONFLICT", ProblemSeverity.Warning, new(files[0]),
                $"{conflict.Kind} {conflict.Name} is defined in {string.Join(" and ", files)}: the one in {files[0]} counts"));
        }

        LogApplied(_logger, scan.Files.Count, problems.Count, _time.GetElapsedTime(started).TotalMilliseconds);
        publish(new(Name, configuration, problems.ToConfigList()) { OriginOf = (kind, name, option) => Origin(scan, kind, name, option) });
    }

    // Of several files with one name the first one counts, as in the merge.
    private static ElementOrigin? Origin(FileScan scan, string kind, string name, string option)
    {
        foreach (var file in scan.Files)
        {
            if (file.Content.Decoded?.PlaceOf(kind, name, option) is { } place)
            {
                return new(file.Name, $"provider file, {place}");
            }
        }

        return null;
    }

    private ConfigurationFragment? Fragment(ScannedFile file, ConfigurationFragment? last, List<ConfigurationProblem> problems)
    {
        if (file.Content.Text is null)
        {
            problems.Add(LastGood(file.Content.Problem!, last));
            return last;
        }

        if (_config.DebugLogGeneratedTemplate && !ReferenceEquals(_current.Find(file.Name)?.Content, file.Content))
        {
            LogTemplate(_logger, file.Path, file.Content.Text, Decode(file).Rendered);
        }

        var decoded = Decode(file);
        if (decoded.Configuration is null)
        {
            problems.AddRange(decoded.Problems.Select(problem => LastGood(problem, last)));
            return last;
        }

        problems.AddRange(decoded.Problems);
        if (last is null)
        {
            return new(file.Name, 0, decoded.Configuration);
        }

        var kept = new List<string>();
        var configuration = KeptElements.Keep(decoded.Configuration, last.Configuration, decoded.Dropped, kept);
        if (kept.Count > 0)
        {
            problems.Add(new("EG-FILE-KEPT", ProblemSeverity.Warning, new(file.Path), $"the last good definition stays in force of {string.Join(", ", kept)}"));
        }

        return configuration.Equals(last.Configuration) ? last : new(file.Name, 0, configuration);
    }

    private static ConfigurationProblem LastGood(ConfigurationProblem problem, ConfigurationFragment? last) =>
        last is null ? problem : problem with { Message = problem.Message + "; what the file said before stays in force" };

    [LoggerMessage(EventId = 6004, Level = LogLevel.Error, Message = "The files could not be taken; what was read before stays in force [EG-FILE-INTERNAL]")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 6002, Level = LogLevel.Debug, Message = "Files applied files={Files} problems={Problems} ms={Milliseconds:F1}")]
    private static partial void LogApplied(ILogger logger, int files, int problems, double milliseconds);

    [LoggerMessage(EventId = 6003, Level = LogLevel.Debug, Message = "Template of {Path}: {Text}\nRendered: {Rendered}")]
    private static partial void LogTemplate(ILogger logger, string path, string text, string rendered);
}
