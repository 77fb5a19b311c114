using System.Collections.Concurrent;
using System.Globalization;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Snapshots;

namespace EdgeGateway.Proxy.Observability.Metrics;

/// <summary>
/// Counts requests per entry point, router and service (static-config §2, metrics). A request costs a look-up and a few additions per
/// scope and allocates nothing; the number of series is bounded by what is configured, the methods known and the statuses seen.
/// </summary>
public sealed class RequestMetrics
{
    private readonly PrometheusConfig _config;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<SeriesLabels, RequestSeries> _series = new();
    private readonly double[] _bounds;
    private long _reloads;
    private long _lastReload;

    /// <summary>Makes the counters.</summary>
    public RequestMetrics(PrometheusConfig config, TimeProvider time)
    {
        _config = config;
        _time = time;
        _bounds = [.. config.Buckets.Select(static text => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture)).Order()];
    }

    /// <summary>Upper bounds of the duration buckets, in seconds.</summary>
    internal IReadOnlyList<double> Bounds => _bounds;

    /// <summary>Configurations put in force.</summary>
    internal long Reloads => Interlocked.Read(ref _reloads);

    /// <summary>When the last one was put in force, Unix seconds.</summary>
    internal long LastReload => Interlocked.Read(ref _lastReload);

    /// <summary>All series.</summary>
    internal IEnumerable<KeyValuePair<SeriesLabels, RequestSeries>> Series => _series;

    /// <summary>A configuration was put in force.</summary>
    public void Applied()
    {
        Interlocked.Increment(ref _reloads);
        Interlocked.Exchange(ref _lastReload, _time.GetUtcNow().ToUnixTimeSeconds());
    }

    /// <summary>Forgets series of routers and services that no longer exist; called by who scrapes, after what is there was written.</summary>
    internal void Forget(ConfigurationReport report)
    {
        foreach (var (labels, _) in _series)
        {
            if ((labels.Scope == MetricScope.Service && !report.Services.ContainsKey(labels.Name))
                || (labels.Scope == MetricScope.Router && !report.Routers.ContainsKey(labels.Name)))
            {
                _series.TryRemove(labels, out _);
            }
        }
    }

    /// <summary>Counts a finished request. Requests to the gateway's own services are not counted.</summary>
    public void Count(GatewayContext context)
    {
        var router = context.Router;
        if (router is not null
            && (router.IsInternal || router.Config.Observability?.Metrics == false))
        {
            return;
        }

        var duration = _time.GetElapsedTime(context.StartTimestamp);
        var response = context.Http.Response;
        var labels = new SeriesLabels(
            MetricScope.EntryPoint, context.Connection.EntryPoint, "", response.StatusCode, Method(context.Method), RequestProtocol.Of(context.Http.Request));
        var sent = response.ContentLength ?? context.Forwarding.AnswerBytes ?? context.Forwarding.ServerBytes;
        var received = context.Http.Request.ContentLength ?? 0;
        if (_config.AddEntryPointsLabels)
        {
            Add(labels, duration, received, sent);
        }

        if (router is null)
        {
            return;
        }

        if (_config.AddRoutersLabels)
        {
            Add(labels with { Scope = MetricScope.Router, Name = router.Name, Service = context.Forwarding.ServiceName ?? "" }, duration, received, sent);
        }

        if (_config.AddServicesLabels && context.Forwarding.ServiceName is { } service)
        {
            Add(labels with { Scope = MetricScope.Service, Name = service }, context.Forwarding.Duration, received, sent);
        }
    }

    private void Add(in SeriesLabels labels, TimeSpan duration, long requestBytes, long responseBytes) =>
        _series.GetOrAdd(labels, static (_, buckets) => new RequestSeries(buckets), _bounds.Length).Add(duration, _bounds, requestBytes, responseBytes);

    // A client must not make series as it likes: unknown methods share one name.
    internal static string Method(string method) => method switch
    {
        "GET" or "HEAD" or "POST" or "PUT" or "DELETE" or "CONNECT" or "OPTIONS" or "TRACE" or "PATCH" or "PRI" => method,
        _ => "EXTENSION_METHOD",
    };
}
