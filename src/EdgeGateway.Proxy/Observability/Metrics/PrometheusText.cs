using System.Globalization;
using System.Text;

namespace EdgeGateway.Proxy.Observability.Metrics;

/// <summary>Prometheus' text format (version 0.0.4).</summary>
public static class PrometheusText
{
    /// <summary>Writes the counters of requests and configurations.</summary>
    internal static void Write(StringBuilder text, RequestMetrics metrics)
    {
        Head(text, "traefik_config_reloads_total", "counter", "Configurations put in force");
        Sample(text, "traefik_config_reloads_total", "", metrics.Reloads);
        Head(text, "traefik_config_last_reload_success", "gauge", "When the last configuration was put in force, Unix seconds");
        Sample(text, "traefik_config_last_reload_success", "", metrics.LastReload);
        var series = metrics.Series.ToList();
        foreach (var scope in Enum.GetValues<MetricScope>())
        {
            var own = series.Where(entry => entry.Key.Scope == scope).Select(static entry => (Labels(entry.Key), entry.Value))
                .OrderBy(static entry => entry.Item1, StringComparer.Ordinal).ToList();
            if (own.Count == 0)
            {
                continue;
            }

            var prefix = "traefik_" + scope.ToString().ToLowerInvariant();
            WriteCounts(text, prefix, own, metrics.ByHeader?.Where(entry => entry.Key.Series.Scope == scope));
            Write(text, prefix, own, metrics.Bounds);
            WriteTls(text, prefix, metrics.Tls.Where(entry => entry.Key.Scope == scope));
        }

        Lines(text, "traefik_service_retries_total", "Attempts after the first", metrics.Retries.Select(static entry => (Label("service", entry.Key), entry.Value.Value)));
    }

    private static void WriteCounts(
        StringBuilder text, string prefix, List<(string Labels, RequestSeries Series)> all, IEnumerable<KeyValuePair<HeaderLabels, Counter>>? byHeader)
    {
        var name = prefix + "_requests_total";
        if (byHeader is null)
        {
            Counter(text, name, "Requests handled", all, static s => s.Count);
        }
        else
        {
            Lines(text, name, "Requests handled", byHeader.Select(static entry => ($"{Labels(entry.Key.Series)},{entry.Key.Text}", entry.Value.Value)));
        }
    }

    private static void WriteTls(StringBuilder text, string prefix, IEnumerable<KeyValuePair<TlsLabels, Counter>> all) => Lines(
        text, prefix + "_requests_tls_total", "Requests over TLS",
        all.Select(static entry => ($"{Owner(entry.Key.Scope, entry.Key.Name, entry.Key.Service)},{Label("tls_cipher", entry.Key.Cipher)},{Label("tls_version", entry.Key.Version)}", entry.Value.Value)));

    // In order; without a line there is no head either.
    private static void Lines(StringBuilder text, string name, string help, IEnumerable<(string Labels, long Value)> lines)
    {
        var isFirst = true;
        foreach (var (labels, value) in lines.OrderBy(static line => line.Labels, StringComparer.Ordinal))
        {
            if (isFirst)
            {
                Head(text, name, "counter", help);
                isFirst = false;
            }

            Sample(text, name, labels, value);
        }
    }

    private static string Owner(MetricScope scope, string name, string service) => scope switch
    {
        MetricScope.EntryPoint => Label("entrypoint", name),
        MetricScope.Router => $"{Label("router", name)},{Label("service", service)}",
        _ => Label("service", name),
    };

    /// <summary>Begins a metric.</summary>
    public static void Head(StringBuilder text, string name, string type, string help) =>
        text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    /// <summary>Writes a value.</summary>
    /// <param name="text">Where to.</param>
    /// <param name="name">Metric.</param>
    /// <param name="labels">Made by <see cref="Label"/>, joined with commas; empty for none.</param>
    /// <param name="value">Value.</param>
    public static void Sample(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }

    /// <summary>One label; quotes, backslashes and line feeds are escaped.</summary>
    public static string Label(string name, string value) =>
        $"{name}=\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\"";

    private static void Write(StringBuilder text, string prefix, List<(string Labels, RequestSeries Series)> all, IReadOnlyList<double> bounds)
    {
        var duration = prefix + "_request_duration_seconds";
        Head(text, duration, "histogram", "How long requests took");
        foreach (var (labels, series) in all)
        {
            long sum = 0;
            for (var i = 0; i < bounds.Count; i++)
            {
                sum += series.InBucket(i);
                Sample(text, duration + "_bucket", $"{labels},{Label("le", bounds[i].ToString("R", CultureInfo.InvariantCulture))}", sum);
            }

            Sample(text, duration + "_bucket", $"{labels},{Label("le", "+Inf")}", series.Count);
            Sample(text, duration + "_sum", labels, series.Seconds);
            Sample(text, duration + "_count", labels, series.Count);
        }

        Counter(text, prefix + "_requests_bytes_total", "Bytes of request bodies", all, static s => s.RequestBytes);
        Counter(text, prefix + "_responses_bytes_total", "Bytes of response bodies", all, static s => s.ResponseBytes);
    }

    private static void Counter(
        StringBuilder text, string name, string help, List<(string Labels, RequestSeries Series)> all, Func<RequestSeries, long> value) =>
        Lines(text, name, help, all.Select(entry => (entry.Labels, value(entry.Series))));

    // In the order of their names, as Prometheus' own client writes them.
    private static string Labels(SeriesLabels labels)
    {
        var code = Label("code", labels.Code.ToString(CultureInfo.InvariantCulture));
        var rest = $"{Label("method", labels.Method)},{Label("protocol", labels.Protocol)}";
        return labels.Scope switch
        {
            MetricScope.EntryPoint => $"{code},{Label("entrypoint", labels.Name)},{rest}",
            _ => $"{code},{rest},{Owner(labels.Scope, labels.Name, labels.Service)}",
        };
    }
}
