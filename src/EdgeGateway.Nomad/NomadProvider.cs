using System.Threading.Channels;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Nomad.Client;
using EdgeGateway.Nomad.Watch;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Nomad;

/// <summary>
/// Turns Nomad's registrations into configuration: <see cref="NomadWatch"/> keeps the instances, the mapper makes the
/// message. Changes that come while a message is made are taken together after it.
/// </summary>
public sealed class NomadProvider : IConfigurationProvider, IDisposable
{
    private readonly NomadProviderOptions _options;
    private readonly Func<IReadOnlyList<NomadInstance>, ProviderMessage> _map;
    private readonly Func<TimeSpan?>? _due;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly NomadClient _client;
    private readonly NomadWatch _watch;
    private readonly ScaledToZero? _empty;
    private readonly TaskCompletionSource _firstAnswer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // One token is enough: whoever takes it reads the newest list. The continuation never runs on the writer's thread.
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Makes the provider; nothing is contacted yet.</summary>
    /// <param name="options">How to reach and watch Nomad.</param>
    /// <param name="map">Makes the message from all instances, ordered by namespace, name and ID. Unchanged ones are the same objects as before.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log; tokens never go there.</param>
    /// <param name="due">After each message: when <paramref name="map"/> must be called again although nothing changed at Nomad; null = never.</param>
    /// <exception cref="ConfigurationException">EG-NOMAD-ADDRESS, EG-NOMAD-TLSFILES, EG-NOMAD-NAMESPACE.</exception>
    public NomadProvider(
        NomadProviderOptions options, Func<IReadOnlyList<NomadInstance>, ProviderMessage> map, TimeProvider time, ILogger logger, Func<TimeSpan?>? due = null)
        : this(options, map, time, logger, Timings(options), due)
    {
    }

    internal NomadProvider(
        NomadProviderOptions options, Func<IReadOnlyList<NomadInstance>, ProviderMessage> map, TimeProvider time, ILogger logger, NomadTimings timings,
        Func<TimeSpan?>? due = null)
    {
        if (options.Namespace == "*")
        {
            throw new ConfigurationException(new ConfigurationProblem(
                "EG-NOMAD-NAMESPACE", ProblemSeverity.Error, new SourceLocation("providers.nomad.namespaces"), "wildcard namespace not supported: name one namespace"));
        }

        (_options, _map, _due, _time, _logger) = (options, map, due, time, logger);
        _client = new NomadClient(options, timings, time);
        _watch = new NomadWatch(
            _client, options, timings, time, logger, changed: () => _changes.Writer.TryWrite(true), failed: () => _firstAnswer.TrySetResult());
        _empty = options.AllowEmptyServices
            ? new ScaledToZero(_client, timings, time, logger, changed: () => _changes.Writer.TryWrite(true))
            : null;
    }

    /// <inheritdoc />
    public string Name => _options.Name;

    /// <inheritdoc />
    public Task FirstAnswer => _firstAnswer.Task;

    /// <summary>True when nothing is registered.</summary>
    internal bool IsEmpty => With(_watch.Instances()).Length == 0;

    /// <inheritdoc />
    public async Task RunAsync(Action<ProviderMessage> publish, CancellationToken cancellation)
    {
        // Off the caller's thread, which may be one of the I/O threads.
        await Task.Yield();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var watch = _watch.RunAsync(stop.Token);
        var empty = _empty?.RunAsync(stop.Token);
        var publishing = PublishAsync(publish, stop.Token);
        var first = await Task.WhenAny([watch, publishing, .. empty is null ? (Task[])[] : [empty]]);
        await stop.CancelAsync();
        await Task.WhenAll(watch, publishing, empty ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _firstAnswer.TrySetResult();
        if (!cancellation.IsCancellationRequested)
        {
            await first;
        }
    }

    /// <inheritdoc />
    public void Dispose() => _client.Dispose();

    /// <summary>The user's refresh interval is the longest that a fault may keep us from looking again.</summary>
    private static NomadTimings Timings(NomadProviderOptions options)
    {
        var timings = new NomadTimings();
        return options.RefreshInterval > TimeSpan.Zero
            ? timings with
            {
                BackoffBase = options.RefreshInterval < timings.BackoffBase ? options.RefreshInterval : timings.BackoffBase,
                BackoffMax = options.RefreshInterval < timings.BackoffMax ? options.RefreshInterval : timings.BackoffMax,
            }
            : timings;
    }

    private async Task PublishAsync(Action<ProviderMessage> publish, CancellationToken cancellation)
    {
        while (true)
        {
            await ChangeAsync(cancellation);
            if (_empty is not null)
            {
                // The first message must not lack them: the entry points open with it.
                await _empty.FirstAnswer.WaitAsync(cancellation);
            }

            try
            {
                var (instances, index, since) = _watch.Take();
                var message = _map(With(instances));
                publish(since == 0 ? message : message with { Change = new(index, since) });
            }
            catch (Exception error)
            {
                // A fault of the mapper costs this message, not the watch.
                NomadLog.MappingFailed(_logger, error);
            }

            _firstAnswer.TrySetResult();
            if (_options.ThrottleDuration > TimeSpan.Zero)
            {
                await Task.Delay(_options.ThrottleDuration, _time, cancellation);
            }
        }
    }

    private NomadInstance[] With(NomadInstance[] instances) => _empty is { Items.Count: > 0 } empty ? [.. instances, .. empty.Items] : instances;

    /// <summary>Waits for a change at Nomad, or until the mapping has something to say by itself.</summary>
    private async Task ChangeAsync(CancellationToken cancellation)
    {
        if (_due?.Invoke() is not { } due)
        {
            await _changes.Reader.ReadAsync(cancellation);
            return;
        }

        using var over = new CancellationTokenSource(due, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellation);
        try
        {
            await _changes.Reader.ReadAsync(both.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // It is due.
        }
    }
}
