using System.IO.Compression;
using System.Text;
using EdgeGateway.Proxy.Api;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Services;
using EdgeGateway.Proxy.Snapshots;

namespace EdgeGateway.Proxy.Observability.Metrics;

/// <summary><c>prometheus@internal</c>: the metrics in Prometheus' text format, compressed for who accepts it.</summary>
/// <param name="metrics">The counters.</param>
/// <param name="text">Writes what is not counted per request: connections, certificates.</param>
/// <param name="snapshots">Which routers and services exist.</param>
public sealed class PrometheusService(RequestMetrics metrics, Action<StringBuilder> text, SnapshotHolder snapshots)
    : HttpServiceModel("prometheus@internal")
{
    private const string ContentType = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores";

    /// <inheritdoc />
    public override async ValueTask HandleAsync(GatewayContext context)
    {
        await Task.Yield();
        var all = new StringBuilder(16 * 1024);
        PrometheusText.Write(all, metrics);
        text(all);
        var body = Encoding.UTF8.GetBytes(all.ToString());
        metrics.Forget(snapshots.Current.Report.Value);
        if (context.Http.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase))
        {
            using var packed = new MemoryStream();
            await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            {
                await gzip.WriteAsync(body);
            }

            body = packed.ToArray();
            context.Http.Response.Headers.ContentEncoding = "gzip";
        }

        await ApiAnswer.BytesAsync(context, ContentType, body);
    }
}
