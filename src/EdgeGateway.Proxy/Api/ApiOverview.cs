using System.Text.Json;
using EdgeGateway.Proxy.Snapshots;

namespace EdgeGateway.Proxy.Api;

/// <summary><c>/api/overview</c>: counts per kind, features, providers.</summary>
internal static class ApiOverview
{
    public static void Write(Utf8JsonWriter writer, ApiOptions options, ConfigurationReport report)
    {
        writer.WriteStartObject();
        foreach (var protocol in (string[])["http", "tcp", "udp"])
        {
            writer.WriteStartObject(protocol);
            Count(writer, report, protocol, "routers");
            Count(writer, report, protocol, "services");
            if (protocol != "udp")
            {
                Count(writer, report, protocol, "middlewares");
            }

            writer.WriteEndObject();
        }

        ApiCertificates.Count(options).Write(writer, "certificates");
        writer.WriteStartObject("features");
        writer.WriteString("tracing", "");
        writer.WriteString("metrics", options.Metrics);
        writer.WriteBoolean("accessLog", options.AccessLog);
        writer.WriteEndObject();
        if (options.Providers.Count > 0)
        {
            writer.WriteStartArray("providers");
            foreach (var provider in options.Providers)
            {
                writer.WriteStringValue(provider);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void Count(Utf8JsonWriter writer, ConfigurationReport report, string protocol, string kind)
    {
        var elements = Array.Find(ApiSections.All, section => section.Path.Length == protocol.Length + 1 + kind.Length
            && section.Path.StartsWith(protocol, StringComparison.Ordinal) && section.Path.EndsWith(kind, StringComparison.Ordinal));
        (elements?.Count(report) ?? default).Write(writer, kind);
    }
}
