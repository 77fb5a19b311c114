using System.Globalization;
using System.Numerics;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using EdgeGateway.Proxy.EntryPoints;
using EdgeGateway.Proxy.Observability.Metrics;

namespace EdgeGateway.Hosting;

/// <summary>What metrics show of the moment they are scraped: open connections, the health of servers and the ends of certificates.</summary>
internal static class GatewayGauges
{
    public static void Write(
        StringBuilder text, IReadOnlyList<EntryPoint> entryPoints, IReadOnlyList<X509Certificate2> certificates,
        IEnumerable<(string Service, string Url, bool IsUp)> servers)
    {
        ProcessGauges.Write(text);
        PrometheusText.Head(text, "traefik_open_connections", "gauge", "Connections that are open now");
        foreach (var entryPoint in entryPoints)
        {
            PrometheusText.Sample(
                text, "traefik_open_connections", $"{PrometheusText.Label("entrypoint", entryPoint.Name)},{PrometheusText.Label("protocol", "TCP")}",
                entryPoint.ConnectionCount);
        }

        var isFirst = true;
        foreach (var (service, url, isUp) in servers)
        {
            if (isFirst)
            {
                PrometheusText.Head(text, "traefik_service_server_up", "gauge", "1 for a server whose last health check succeeded, else 0");
                isFirst = false;
            }

            PrometheusText.Sample(
                text, "traefik_service_server_up", $"{PrometheusText.Label("service", service)},{PrometheusText.Label("url", url)}", isUp ? 1 : 0);
        }

        if (certificates.Count == 0)
        {
            return;
        }

        PrometheusText.Head(text, "traefik_tls_certs_not_after", "gauge", "End of the certificate, Unix seconds");
        foreach (var certificate in certificates)
        {
            PrometheusText.Sample(
                text, "traefik_tls_certs_not_after",
                string.Join(',', [
                    PrometheusText.Label("cn", certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false)),
                    PrometheusText.Label("sans", string.Join(',', Names(certificate).Order(StringComparer.Ordinal))),
                    PrometheusText.Label("serial", BigInteger.Parse("0" + certificate.SerialNumber, NumberStyles.HexNumber, CultureInfo.InvariantCulture)
                        .ToString(CultureInfo.InvariantCulture))]),
                new DateTimeOffset(certificate.NotAfter).ToUnixTimeSeconds());
        }
    }

    private static IEnumerable<string> Names(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault()?.EnumerateDnsNames() ?? [];
}
