using System.Text.Json;
using EdgeGateway.Proxy.Snapshots;

namespace EdgeGateway.Proxy.Api;

/// <summary><c>/api/overview</c>: counts per kind, features, providers.</summary>
internal static class ApiOverview
{
    public static void Write(Utf8JsonWriter writer, ApiOptions options, ConfigurationReport report)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("http");
        Count(writer, "routers", report.Routers.Values.Select(static r => r.Status));
        Count(writer, "services", report.Services.Values.Select(static s => s.Status));
        Count(writer, "middlewares", report.Middlewares.Values.Select(static m => m.Status));
        writer.WriteEndObject();
        writer.WriteStartObject("tcp");
        Count(writer, "routers", []);
        Count(writer, "services", []);
        Count(writer, "middlewares", []);
        writer.WriteEndObject();
        writer.WriteStartObject("udp");
        Count(writer, "routers", []);
        Count(writer, "services", []);
        writer.WriteEndObject();
        Count(writer, "certificates", []);
        writer.WriteStartObject("features");
        writer.WriteString("tracing", "");
        writer.WriteString("metrics", "");
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

    private static void Count(Utf8JsonWriter writer, string name, IEnumerable<ElementStatus> statuses)
    {
        var (total, warnings, errors) = (0, 0, 0);
        foreach (var status in statuses)
        {
            total++;
            warnings += status == ElementStatus.Warning ? 1 : 0;
            errors += status == ElementStatus.Disabled ? 1 : 0;
        }

        writer.WriteStartObject(name);
        writer.WriteNumber("total", total);
        writer.WriteNumber("warnings", warnings);
        writer.WriteNumber("errors", errors);
        writer.WriteEndObject();
    }
}
