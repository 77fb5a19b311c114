using System.Collections.Concurrent;
using System.Globalization;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.Observability.Layer4Log;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Proxy.Services;
using EdgeGateway.Proxy.Snapshots;

namespace EdgeGateway.Proxy.Observability.Metrics;

/// <summary>
/// Counts requests per entry point, router and service (static-config §2, metrics). A request costs a look-up and a few additions per
/// scope and allocates nothing; the number of series is bounded by what is configured, the methods known and the statuses seen.
/// </summary>
public sealed class RequestMetrics
{
    // A client chooses what its headers say: beyond this many series they all count as one.
    private const int MostHeaderSeries = 4096;

    private readonly PrometheusConfig _config;
    private readonly bool _addInternals;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<SeriesLabels, RequestSeries> _series = new();
    private readonly ConcurrentDictionary<TlsLabels, Counter> _tls = new();
    private readonly ConcurrentDictionary<string, Counter> _retries = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<HeaderLabels, Counter> _byHeader = new();
    private readonly double[] _bounds;
    private long _reloads;
    private long _lastReload;

    /// <summary>Makes the counters.</summary>
    /// <param name="config">What is counted.</param>
    /// <param name="time">Clock.</param>
    /// <param name="addInternals">Whether requests to the gateway's own routers and services are.</param>
    public RequestMetrics(PrometheusConfig config, TimeProvider time, bool addInternals = false)
    {
        _config = config;
        _addInternals = addInternals;
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

    /// <summary>Requests over TLS.</summary>
    internal IEnumerable<KeyValuePair<TlsLabels, Counter>> Tls => _tls;

    /// <summary>Attempts after the first, by service.</summary>
    internal IEnumerable<KeyValuePair<string, Counter>> Retries => _retries;

    /// <summary>Requests by their headers; null when no header is a label.</summary>
    internal IEnumerable<KeyValuePair<HeaderLabels, Counter>>? ByHeader => _config.HeaderLabels.Count == 0 ? null : _byHeader;

    /// <summary>A configuration was put in force.</summary>
    public void Applied()
    {
        Interlocked.Increment(ref _reloads);
        Interlocked.Exchange(ref _lastReload, _time.GetUtcNow().ToUnixTimeSeconds());
    }

    /// <summary>Forgets series of routers and services that no longer exist; called by who scrapes, after what is there was written.</summary>
    internal void Forget(ConfigurationReport report)
    {
        bool IsGone(MetricScope scope, string name) =>
            (scope == MetricScope.Service && !report.Services.ContainsKey(name)) || (scope == MetricScope.Router && !report.Routers.ContainsKey(name));
        Remove(_series, labels => IsGone(labels.Scope, labels.Name));
        Remove(_tls, labels => IsGone(labels.Scope, labels.Name));
        Remove(_byHeader, labels => IsGone(labels.Series.Scope, labels.Series.Name));
        Remove(_retries, service => IsGone(MetricScope.Service, service));
    }

    private static void Remove<TKey, TValue>(ConcurrentDictionary<TKey, TValue> series, Func<TKey, bool> isGone)
        where TKey : notnull
    {
        foreach (var (labels, _) in series)
        {
            if (isGone(labels))
            {
                series.TryRemove(labels, out _);
            }
        }
    }

    /// <summary>Counts a finished request. Requests to the gateway's own services are not counted.</summary>
    public void Count(GatewayContext context)
    {
        var router = context.Router;
        if (router is not null
            && ((router.IsInternal && !_addInternals) || router.Config.Observability?.Metrics == false))
        {
            return;
        }

        var duration = _time.GetElapsedTime(context.StartTimestamp);
        var forwarding = context.Forwarding;
        var protocol = RequestProtocol.Of(context.Http.Request);
        var labels = new SeriesLabels(
            MetricScope.EntryPoint, context.Connection.EntryPoint, "", RequestProtocol.CodeOf(context.Http, protocol), Method(context.Method), protocol);
        var (received, sent) = (context.RequestBytes, context.AnswerBytes);
        var headers = HeaderText(context);
        if (_config.AddEntryPointsLabels)
        {
            Add(context, labels, headers, duration, received, sent);
        }

        if (router is null)
        {
            return;
        }

        if (_config.AddRoutersLabels)
        {
            AddRouter(router, duration);
            foreach (var (child, entered) in context.Children)
            {
                AddRouter(child, _time.GetElapsedTime(entered));
            }
        }

        if (_config.AddServicesLabels && forwarding.ServiceName is { } service)
        {
            Add(context, labels with { Scope = MetricScope.Service, Name = service }, headers, forwarding.Duration, received, sent);
            if (forwarding.AllRetries > 0)
            {
                _retries.GetOrAdd(service, static _ => new()).Add(forwarding.AllRetries);
            }
        }

        void AddRouter(HttpRouterModel one, TimeSpan took) => Add(
            context,
            labels with
            {
                Scope = MetricScope.Router, Name = one.Name,
                Service = one.Pipeline.Service is ChildRouters { Name: var below } ? below : forwarding.ServiceName ?? "",
            },
            headers, took, received, sent);
    }

    private void Add(GatewayContext context, in SeriesLabels labels, string headers, TimeSpan duration, long requestBytes, long responseBytes)
    {
        _series.GetOrAdd(labels, static (_, buckets) => new RequestSeries(buckets), _bounds.Length).Add(duration, _bounds, requestBytes, responseBytes);
        if (context.Connection is { IsTls: true } connection)
        {
            _tls.GetOrAdd(
                new(labels.Scope, labels.Name, labels.Service, connection.TlsVersionText, CipherNames.Of(connection.TlsCipher) ?? ""), static _ => new()).Add();
        }

        if (headers.Length > 0)
        {
            var key = new HeaderLabels(labels, headers);
            if (!_byHeader.TryGetValue(key, out var counter))
            {
                key = _byHeader.Count < MostHeaderSeries ? key : key with { Text = Text(static _ => "(other)") };
                counter = _byHeader.GetOrAdd(key, static _ => new());
            }

            counter.Add();
        }
    }

    private string HeaderText(GatewayContext context) =>
        _config.HeaderLabels.Count == 0 ? "" : Text(header => context.Http.Request.Headers[header].ToString());

    private string Text(Func<string, string> valueOf) =>
        string.Join(',', _config.HeaderLabels.Select(entry => PrometheusText.Label(entry.Key, valueOf(entry.Value))));

    // A client must not make series as it likes: unknown methods share one name.
    internal static string Method(string method) => method switch
    {
        "GET" or "HEAD" or "POST" or "PUT" or "DELETE" or "CONNECT" or "OPTIONS" or "TRACE" or "PATCH" or "PRI" => method,
        _ => "EXTENSION_METHOD",
    };
}
