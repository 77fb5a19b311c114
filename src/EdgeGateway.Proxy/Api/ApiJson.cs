using System.Globalization;
using System.Text.Json;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.Middlewares;
using EdgeGateway.Proxy.Snapshots;
using EdgeGateway.Proxy.Snapshots.Middlewares;
using EdgeGateway.Proxy.Snapshots.Routers;
using EdgeGateway.Proxy.Snapshots.Services;

namespace EdgeGateway.Proxy.Api;

/// <summary>The JSON objects of the API (runtime-behaviour §5.2), in Traefik's shapes.</summary>
internal static class ApiJson
{
    /// <summary>One router as lists and single objects show it; <paramref name="named"/> is false in rawdata.</summary>
    public static void Router(Utf8JsonWriter writer, RouterReport router, bool named)
    {
        writer.WriteStartObject();
        var config = router.Config.Tls is { } tls && string.IsNullOrEmpty(tls.Options)
            ? router.Config with { Tls = tls with { Options = "default" } }
            : router.Config;
        HttpRouterConfig.Type.WriteFields(writer, config);
        Errors(writer, router.Errors);
        Status(writer, router.Status);
        Strings(writer, "using", router.Using);
        if (named)
        {
            writer.WriteString("name", router.Name);
            writer.WriteString("provider", router.Provider);
            writer.WriteString("priorityStr", router.Config.Priority.ToString(CultureInfo.InvariantCulture));
        }

        writer.WriteEndObject();
    }

    /// <summary>One service.</summary>
    public static void Service(Utf8JsonWriter writer, ServiceReport service, bool named)
    {
        writer.WriteStartObject();
        HttpServiceConfig.Type.WriteFields(writer, service.Config);
        Errors(writer, service.Errors);
        Status(writer, service.Status);
        Strings(writer, "usedBy", service.UsedBy);
        if (named)
        {
            writer.WriteString("name", service.Name);
            writer.WriteString("provider", service.Provider);
            if (service.Type is not null)
            {
                writer.WriteString("type", service.Type);
            }
        }

        // Servers of a service that some router uses; without health checks every listed server is up. Two of one URL share a status.
        if (service.UsedBy.Count > 0 && service.Config.LoadBalancer is { Servers.Count: > 0 } loadBalancer)
        {
            var down = service.State?.Servers.Where(static s => !s.IsUp).Select(static s => s.Url).ToHashSet(StringComparer.Ordinal) ?? [];
            writer.WriteStartObject("serverStatus");
            foreach (var url in loadBalancer.Servers.Select(static s => s.Url ?? "").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            {
                writer.WriteString(url, down.Contains(url) ? "DOWN" : "UP");
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    /// <summary>One middleware.</summary>
    public static void Middleware(Utf8JsonWriter writer, MiddlewareReport middleware, bool named)
    {
        writer.WriteStartObject();
        MiddlewareConfig.Type.WriteFields(writer, middleware.Config);
        Errors(writer, middleware.Errors);
        Status(writer, middleware.Status);
        Strings(writer, "usedBy", middleware.UsedBy);
        if (named)
        {
            writer.WriteString("name", middleware.Name);
            writer.WriteString("provider", middleware.Provider);
            if (TypeOf(middleware.Config) is { Length: > 0 } type)
            {
                writer.WriteString("type", type);
            }
        }

        writer.WriteEndObject();
    }

    /// <summary>One entry point.</summary>
    public static void EntryPoint(Utf8JsonWriter writer, string name, EntryPointConfig config)
    {
        writer.WriteStartObject();
        EntryPointConfig.Type.WriteFields(writer, config);
        writer.WriteString("name", name);
        writer.WriteEndObject();
    }

    /// <summary>Lower-cased kind of a middleware, of a plugin its name; empty when it has none.</summary>
    public static string TypeOf(MiddlewareConfig config) =>
        config.Plugin.Count > 0
            ? config.Plugin.AsSpan()[0].Key.ToLowerInvariant()
            : MiddlewareConfig.Type.Present(config).FirstOrDefault("").ToLowerInvariant();

    /// <summary>Order of the status texts.</summary>
    public static int CompareStatus(ElementStatus one, ElementStatus other) => string.CompareOrdinal(StatusText(one), StatusText(other));

    /// <summary>Lower-case status.</summary>
    public static string StatusText(ElementStatus status) => status switch
    {
        ElementStatus.Enabled => "enabled",
        ElementStatus.Warning => "warning",
        _ => "disabled",
    };

    internal static void Status(Utf8JsonWriter writer, ElementStatus status) => writer.WriteString("status", StatusText(status));

    internal static void Errors(Utf8JsonWriter writer, ConfigList<string> errors) => Strings(writer, "error", errors);

    internal static void Strings(Utf8JsonWriter writer, string name, ConfigList<string> values)
    {
        if (values.Count == 0)
        {
            return;
        }

        writer.WriteStartArray(name);
        foreach (var value in values)
        {
            writer.WriteStringValue(value);
        }

        writer.WriteEndArray();
    }
}
