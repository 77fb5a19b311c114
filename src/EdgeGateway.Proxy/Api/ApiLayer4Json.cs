using System.Globalization;
using System.Text.Json;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Snapshots.Layer4;

namespace EdgeGateway.Proxy.Api;

/// <summary>The JSON objects of TCP and UDP (runtime-behaviour §5.2), in Traefik's shapes.</summary>
internal static class ApiLayer4Json
{
    /// <summary>One TCP router.</summary>
    public static void TcpRouter(Utf8JsonWriter writer, TcpRouterReport router, bool named)
    {
        writer.WriteStartObject();
        TcpRouterConfig.Type.WriteFields(writer, router.Config);
        ApiJson.Errors(writer, router.Errors);
        ApiJson.Status(writer, router.Status);
        ApiJson.Strings(writer, "using", router.Using);
        if (named)
        {
            Name(writer, router.Name, router.Provider);
            writer.WriteString("priorityStr", router.Config.Priority.ToString(CultureInfo.InvariantCulture));
        }

        writer.WriteEndObject();
    }

    /// <summary>One TCP service.</summary>
    public static void TcpService(Utf8JsonWriter writer, TcpServiceReport service, bool named)
    {
        writer.WriteStartObject();
        TcpServiceConfig.Type.WriteFields(writer, service.Config);
        ApiJson.Errors(writer, service.Errors);
        ApiJson.Status(writer, service.Status);
        ApiJson.Strings(writer, "usedBy", service.UsedBy);
        if (named)
        {
            Name(writer, service.Name, service.Provider);
            Kind(writer, service.Type);
        }

        if (service.UsedBy.Count > 0 && service.ServerStatus() is { Count: > 0 } servers)
        {
            writer.WriteStartObject("serverStatus");
            foreach (var (address, isUp) in servers.DistinctBy(static s => s.Key).OrderBy(static s => s.Key, StringComparer.Ordinal))
            {
                writer.WriteString(address, isUp ? "UP" : "DOWN");
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    /// <summary>One TCP middleware.</summary>
    public static void TcpMiddleware(Utf8JsonWriter writer, TcpMiddlewareReport middleware, bool named)
    {
        writer.WriteStartObject();
        TcpMiddlewareConfig.Type.WriteFields(writer, middleware.Config);
        ApiJson.Errors(writer, middleware.Errors);
        ApiJson.Status(writer, middleware.Status);
        ApiJson.Strings(writer, "usedBy", middleware.UsedBy);
        if (named)
        {
            Name(writer, middleware.Name, middleware.Provider);
            Kind(writer, TypeOf(middleware.Config));
        }

        writer.WriteEndObject();
    }

    /// <summary>One UDP router.</summary>
    public static void UdpRouter(Utf8JsonWriter writer, UdpRouterReport router, bool named)
    {
        writer.WriteStartObject();
        UdpRouterConfig.Type.WriteFields(writer, router.Config);
        ApiJson.Errors(writer, router.Errors);
        ApiJson.Status(writer, router.Status);
        ApiJson.Strings(writer, "using", router.Using);
        if (named)
        {
            Name(writer, router.Name, router.Provider);
        }

        writer.WriteEndObject();
    }

    /// <summary>One UDP service.</summary>
    public static void UdpService(Utf8JsonWriter writer, UdpServiceReport service, bool named)
    {
        writer.WriteStartObject();
        UdpServiceConfig.Type.WriteFields(writer, service.Config);
        ApiJson.Errors(writer, service.Errors);
        ApiJson.Status(writer, service.Status);
        ApiJson.Strings(writer, "usedBy", service.UsedBy);
        if (named)
        {
            Name(writer, service.Name, service.Provider);
            Kind(writer, service.Type);
        }

        writer.WriteEndObject();
    }

    /// <summary>Lower-cased kind of a TCP middleware; empty when it has none.</summary>
    public static string TypeOf(TcpMiddlewareConfig config) => TcpMiddlewareConfig.Type.Present(config).FirstOrDefault("").ToLowerInvariant();

    private static void Name(Utf8JsonWriter writer, string name, string provider)
    {
        writer.WriteString("name", name);
        writer.WriteString("provider", provider);
    }

    private static void Kind(Utf8JsonWriter writer, string? type)
    {
        if (!string.IsNullOrEmpty(type))
        {
            writer.WriteString("type", type);
        }
    }
}
