using System.Threading.Channels;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Nomad.Client;
using EdgeGateway.Nomad.Watch;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Nomad;

/// <summary>Nomad's native service discovery as a provider: instances watched by events, turned into configuration at each change.</summary>
public sealed class NomadProvider : IConfigurationProvider
{
    private readonly NomadProviderOptions _options;
    private readonly Func<IReadOnlyList<NomadInstance>, ProviderMessage> _map;
    private readonly ILogger<NomadProvider> _logger;
    private readonly TimeProvider _time;
    private readonly NomadTimings _timings;
    private readonly TaskCompletionSource _firstAnswer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Makes the provider; nothing is asked yet.</summary>
    /// <param name="options">Where Nomad is and how it is watched.</param>
    /// <param name="map">Turns the instances into a message; called by one thread at a time.</param>
    /// <param name="loggers">Makes the logger.</param>
    /// <param name="time">The clock.</param>
    public NomadProvider(
        NomadProviderOptions options, Func<IReadOnlyList<NomadInstance>, ProviderMessage> map, ILoggerFactory loggers, TimeProvider time)
        : this(options, map, loggers, time, Timings(options))
    {
    }

    internal NomadProvider(
        NomadProviderOptions options, Func<IReadOnlyList<NomadInstance>, ProviderMessage> map, ILoggerFactory loggers, TimeProvider time,
        NomadTimings timings)
    {
        _options = options;
        _map = map;
        _logger = loggers.CreateLogger<NomadProvider>();
        _time = time;
        _timings = timings;
    }

    /// <inheritdoc />
    public string Name => _options.Name;

    /// <inheritdoc />
    public Task FirstAnswer => _firstAnswer.Task;

    /// <inheritdoc />
    public async Task RunAsync(Action<ProviderMessage> publish, CancellationToken cancellation)
    {
        using var watch = new NomadWatch(
            new NomadClient(_options, _timings, _time), _timings, _time, _logger,
            () => _changes.Writer.TryWrite(true),
            () => _firstAnswer.TrySetResult());
        await Task.WhenAll(watch.RunAsync(cancellation), PublishAsync(watch, publish, cancellation));
    }

    // The user's refresh interval bounds how long a fault may keep us from looking again.
    private static NomadTimings Timings(NomadProviderOptions options)
    {
        var timings = new NomadTimings();
        return timings with
        {
            BackoffMax = options.RefreshInterval > TimeSpan.Zero && options.RefreshInterval < timings.BackoffMax ? options.RefreshInterval : timings.BackoffMax,
            BackoffBase = options.RefreshInterval > TimeSpan.Zero && options.RefreshInterval < timings.BackoffBase ? options.RefreshInterval : timings.BackoffBase,
            WatchdogWait = options.EndpointWaitTime ?? timings.WatchdogWait,
            FallbackWait = options.EndpointWaitTime ?? timings.FallbackWait,
        };
    }

    private async Task PublishAsync(NomadWatch watch, Action<ProviderMessage> publish, CancellationToken cancellation)
    {
        await foreach (var _ in _changes.Reader.ReadAllAsync(cancellation))
        {
            try
            {
                publish(_map(watch.Instances));
            }
            catch (Exception error)
            {
                NomadLog.MappingFailed(_logger, error);
            }

            _firstAnswer.TrySetResult();
            if (_options.ThrottleDuration > TimeSpan.Zero)
            {
                await Task.Delay(_options.ThrottleDuration, _time, cancellation);
            }
        }
    }
}
