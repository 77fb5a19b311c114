using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Nomad.Client;
using EdgeGateway.Nomad.Watch;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace EdgeGateway.Nomad;

/// <summary>
/// <c>providers.nomad.namespaces=*</c>: one provider for each namespace that the token may see, called <c>nomad-&lt;namespace&gt;</c>.
/// Each has an event stream of its own: a stream over all namespaces is refused as a whole when one of them is closed to the token, and does
/// not see namespaces that are made later (nomad-api §8.1, recordings a3 and e5). So a new namespace begins to be watched when the
/// blocking list tells of it, and one without rights costs only itself.
/// </summary>
public sealed class NomadNamespaces : IConfigurationProvider, IDisposable
{
    private readonly Func<string, NomadProvider> _create;
    private readonly NomadTimings _timings;
    private readonly ILogger _logger;
    private readonly NomadClient _client;
    private readonly FaultLog _faults;
    private readonly ResiliencePipeline _retry;
    private readonly Dictionary<string, Watched> _watched = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _firstAnswer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Makes it; nothing is contacted yet.</summary>
    /// <param name="options">How to reach Nomad; without a namespace.</param>
    /// <param name="create">Makes the provider of a namespace, named as <see cref="Mapping.NomadProviderNames"/> says.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public NomadNamespaces(NomadProviderOptions options, Func<string, NomadProvider> create, TimeProvider time, ILogger logger)
        : this(options, create, time, logger, new NomadTimings())
    {
    }

    internal NomadNamespaces(NomadProviderOptions options, Func<string, NomadProvider> create, TimeProvider time, ILogger logger, NomadTimings timings)
    {
        (_create, _timings, _logger) = (create, timings, logger);
        _client = new NomadClient(options with { Namespace = null }, timings, time);
        _faults = new FaultLog(logger, time);
        _retry = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<Exception>(static error => error is not OperationCanceledException),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = timings.BackoffBase,
                MaxDelay = timings.BackoffMax,
            })
            .Build();
    }

    /// <inheritdoc />
    public string Name => "nomad-*";

    /// <inheritdoc />
    public Task FirstAnswer => _firstAnswer.Task;

    /// <inheritdoc />
    public async Task RunAsync(Action<ProviderMessage> publish, CancellationToken cancellation)
    {
        await Task.Yield();
        var at = 0ul;
        try
        {
            while (true)
            {
                at = await _retry.ExecuteAsync(async token => await TurnAsync(at, publish, token), cancellation);
            }
        }
        finally
        {
            _firstAnswer.TrySetResult();
            foreach (var watched in _watched.Values)
            {
                await watched.DisposeAsync();
            }

            _watched.Clear();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _client.Dispose();

    private async Task<ulong> TurnAsync(ulong at, Action<ProviderMessage> publish, CancellationToken cancellation)
    {
        NomadAnswer<List<NamespaceJson>> answer;
        try
        {
            _client.ChooseEndpoint();
            answer = await _client.GetAsync("/v1/namespaces", at, _timings.NamespacesWait, false, NomadJson.Default.ListNamespaceJson, cancellation);
            if (answer.Value.Count == 0)
            {
                // There is always one, so this is a matter of rights (nomad-api §9.3).
                throw new NomadException(NomadFault.NothingVisible, "the token sees no namespace");
            }
        }
        catch (NomadException error)
        {
            _client.ReportFailure();
            _faults.Tell(error.Fault, _client.CurrentAddress, $"providers.nomad.namespaces=*: {error.Message}");
            _firstAnswer.TrySetResult();
            throw;
        }

        _faults.Well(_client.CurrentAddress, withoutStream: false);
        await FollowAsync(answer.Value.Select(static space => space.Name ?? "").Where(static name => name.Length > 0).ToHashSet(StringComparer.Ordinal), publish, cancellation);
        if (!_firstAnswer.Task.IsCompleted)
        {
            _ = Task.WhenAll(_watched.Values.Select(static w => w.Provider.FirstAnswer)).ContinueWith(
                static (_, state) => ((TaskCompletionSource)state!).TrySetResult(), _firstAnswer, CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        return answer.Index;
    }

    private async Task FollowAsync(HashSet<string> found, Action<ProviderMessage> publish, CancellationToken cancellation)
    {
        foreach (var (space, watched) in _watched.ToArray())
        {
            // A namespace is deleted when nothing is left in it. One that only became invisible keeps its last good routes.
            if (!found.Contains(space) && watched.Provider.IsEmpty)
            {
                NomadLog.NamespaceGone(_logger, space);
                _watched.Remove(space);
                await watched.DisposeAsync();
                publish(new(watched.Provider.Name, DynamicConfiguration.Empty, []));
            }
        }

        foreach (var space in found.Order(StringComparer.Ordinal))
        {
            if (!_watched.ContainsKey(space))
            {
                NomadLog.NamespaceFound(_logger, space);
                _watched.Add(space, new(_create(space), publish, cancellation));
            }
        }
    }

    /// <summary>One provider that runs.</summary>
    private sealed class Watched : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop;
        private readonly Task _run;

        public Watched(NomadProvider provider, Action<ProviderMessage> publish, CancellationToken cancellation)
        {
            Provider = provider;
            _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            _run = provider.RunAsync(publish, _stop.Token);
        }

        public NomadProvider Provider { get; }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Provider.Dispose();
            _stop.Dispose();
        }
    }
}
