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
            if (own.Count > 0)
            {
                Write(text, "traefik_" + scope.ToString().ToLowerInvariant(), own, metrics.Bounds);
            }
        }
    }

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
        Counter(text, prefix + "_requests_total", "Requests handled", all, static s => s.Count);
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

        Counter(text, prefix + "_requests_bytes_total", "Bytes of request bodies of known length", all, static s => s.RequestBytes);
        Counter(text, prefix + "_responses_bytes_total", "Bytes of response bodies", all, static s => s.ResponseBytes);
    }

    private static void Counter(
        StringBuilder text, string name, string help, List<(string Labels, RequestSeries Series)> all, Func<RequestSeries, long> value)
    {
        Head(text, name, "counter", help);
        foreach (var (labels, series) in all)
        {
            Sample(text, name, labels, value(series));
        }
    }

    // In the order of their names, as Prometheus' own client writes them.
    private static string Labels(SeriesLabels labels)
    {
        var code = Label("code", labels.Code.ToString(CultureInfo.InvariantCulture));
        var rest = $"{Label("method", labels.Method)},{Label("protocol", labels.Protocol)}";
        return labels.Scope switch
        {
            MetricScope.EntryPoint => $"{code},{Label("entrypoint", labels.Name)},{rest}",
            MetricScope.Router => $"{code},{rest},{Label("router", labels.Name)},{Label("service", labels.Service)}",
            _ => $"{code},{rest},{Label("service", labels.Name)}",
        };
    }
}
