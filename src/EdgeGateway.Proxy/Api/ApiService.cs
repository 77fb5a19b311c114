using System.Globalization;
using System.Text.Json;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Services;
using EdgeGateway.Proxy.Snapshots;
using Microsoft.AspNetCore.Http;

namespace EdgeGateway.Proxy.Api;

/// <summary><c>api@internal</c>: the read-only API (runtime-behaviour §5), and below it the dashboard.</summary>
public sealed class ApiService(ApiOptions options, SnapshotHolder snapshots) : HttpServiceModel("api@internal")
{
    private static readonly ApiList<RouterReport> Routers = new()
    {
        Name = static r => r.Name,
        Status = static r => ApiJson.StatusText(r.Status),
        Searched = static r => [r.Name, r.Config.Rule],
        Filters =
        {
            ["serviceName"] = static (r, value) => r.ServiceName == value || r.Config.Service == value,
            ["middlewareName"] = static (r, value) => r.Config.Middlewares.Contains(value),
        },
        Sorts = new(StringComparer.Ordinal)
        {
            ["provider"] = static (a, b) => string.CompareOrdinal(a.Provider, b.Provider),
            ["priority"] = static (a, b) => a.Config.Priority.CompareTo(b.Config.Priority),
            ["status"] = static (a, b) => string.CompareOrdinal(ApiJson.StatusText(a.Status), ApiJson.StatusText(b.Status)),
            ["rule"] = static (a, b) => string.CompareOrdinal(a.Config.Rule, b.Config.Rule),
            ["service"] = static (a, b) => string.CompareOrdinal(a.Config.Service, b.Config.Service),
            ["entryPoints"] = static (a, b) => a.Config.EntryPoints.Count.CompareTo(b.Config.EntryPoints.Count),
        },
    };

    private static readonly ApiList<ServiceReport> ServiceList = new()
    {
        Name = static s => s.Name,
        Status = static s => ApiJson.StatusText(s.Status),
        Searched = static s => [s.Name],
        Sorts = new(StringComparer.Ordinal)
        {
            ["type"] = static (a, b) => string.CompareOrdinal(a.Type, b.Type),
            ["servers"] = static (a, b) => Servers(a).CompareTo(Servers(b)),
            ["provider"] = static (a, b) => string.CompareOrdinal(a.Provider, b.Provider),
            ["status"] = static (a, b) => string.CompareOrdinal(ApiJson.StatusText(a.Status), ApiJson.StatusText(b.Status)),
        },
    };

    private static readonly ApiList<MiddlewareReport> MiddlewareList = new()
    {
        Name = static m => m.Name,
        Status = static m => ApiJson.StatusText(m.Status),
        Searched = static m => [m.Name],
        Sorts = new(StringComparer.Ordinal)
        {
            ["provider"] = static (a, b) => string.CompareOrdinal(a.Provider, b.Provider),
            ["status"] = static (a, b) => string.CompareOrdinal(ApiJson.StatusText(a.Status), ApiJson.StatusText(b.Status)),
        },
    };

    private readonly string _base = options.BasePath.TrimEnd('/');

    /// <inheritdoc />
    public override async ValueTask HandleAsync(GatewayContext context)
    {
        // The request came in on an I/O thread; listing thousands of routers must not hold it.
        await Task.Yield();
        var target = context.Upstream.Target;
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        var path = mark < 0 ? target : target[..mark];
        if (!path.StartsWith(_base, StringComparison.Ordinal))
        {
            await NotFoundAsync(context);
            return;
        }

        if (!HttpMethods.IsGet(context.Http.Request.Method))
        {
            await ErrorAnswer.BareAsync(context, StatusCodes.Status405MethodNotAllowed);
            return;
        }

        var below = path[_base.Length..];
        await (below.StartsWith("/api/", StringComparison.Ordinal)
            ? AnswerAsync(context, below["/api/".Length..], new ApiQuery(mark < 0 ? "" : target[mark..]))
            : options.Dashboard ? DashboardAsync(context, below) : NotFoundAsync(context));
    }

    private static int Servers(ServiceReport service) => service.Config.LoadBalancer?.Servers.Count ?? 0;

    private static ValueTask NotFoundAsync(GatewayContext context) =>
        ErrorAnswer.PlainAsync(context, StatusCodes.Status404NotFound, "404 page not found");

    private ValueTask DashboardAsync(GatewayContext context, string below)
    {
        if (below is "" or "/")
        {
            var prefix = context.Http.Request.Headers["X-Forwarded-Prefix"].ToString().TrimEnd('/');
            context.Http.Response.Headers.Location =
                (prefix.StartsWith('/') && !prefix.StartsWith("//", StringComparison.Ordinal) ? prefix : "") + _base + "/dashboard/";
            return ErrorAnswer.BareAsync(context, StatusCodes.Status302Found);
        }

        return below == "/dashboard/"
            ? ApiAnswer.HtmlAsync(context, DashboardPage.Render(options, snapshots.Current.Report.Value))
            : NotFoundAsync(context);
    }

    private ValueTask AnswerAsync(GatewayContext context, string path, ApiQuery query)
    {
        var report = snapshots.Current.Report.Value;
        var parts = path.Split('/', 3);
        return parts switch
        {
            ["version"] => ApiAnswer.JsonAsync(context, Version, "application/json; charset=UTF-8"),
            ["overview"] => ApiAnswer.JsonAsync(context, writer => ApiOverview.Write(writer, options, report)),
            ["rawdata"] => ApiAnswer.JsonAsync(context, writer => RawData(writer, report)),
            ["edge"] => ApiAnswer.JsonAsync(context, Edge),
            ["entrypoints"] => EntryPointsAsync(context, query),
            ["entrypoints", var name] => EntryPointAsync(context, Uri.UnescapeDataString(name)),
            ["http", "routers"] => ListAsync(context, Routers, report.Routers.Values, query, ApiJson.Router),
            ["http", "services"] => ListAsync(context, ServiceList, report.Services.Values, query, ApiJson.Service),
            ["http", "middlewares"] => ListAsync(context, MiddlewareList, report.Middlewares.Values, query, ApiJson.Middleware),
            ["http", "routers", var id] => OneAsync(context, "router", report.Routers, id, ApiJson.Router),
            ["http", "services", var id] => OneAsync(context, "service", report.Services, id, ApiJson.Service),
            ["http", "middlewares", var id] => OneAsync(context, "middleware", report.Middlewares, id, ApiJson.Middleware),
            _ => NotFoundAsync(context),
        };
    }

    private static ValueTask ListAsync<T>(
        GatewayContext context, ApiList<T> list, IEnumerable<T> all, ApiQuery query, Action<Utf8JsonWriter, T, bool> write)
    {
        var page = list.Page(all, query, out var next, out var error);
        return PageAsync(context, page, next, error, (writer, item) => write(writer, item, true));
    }

    private static ValueTask PageAsync<T>(
        GatewayContext context, List<T> page, int next, string? error, Action<Utf8JsonWriter, T> write)
    {
        if (error is not null)
        {
            return ApiAnswer.ErrorAsync(context, StatusCodes.Status400BadRequest, error);
        }

        context.Http.Response.Headers["X-Next-Page"] = next.ToString(CultureInfo.InvariantCulture);
        return ApiAnswer.JsonAsync(context, writer =>
        {
            writer.WriteStartArray();
            foreach (var item in page)
            {
                write(writer, item);
            }

            writer.WriteEndArray();
        });
    }

    private static ValueTask OneAsync<T>(
        GatewayContext context, string kind, IReadOnlyDictionary<string, T> all, string id, Action<Utf8JsonWriter, T, bool> write)
    {
        var name = Uri.UnescapeDataString(id);
        return all.TryGetValue(name, out var found)
            ? ApiAnswer.JsonAsync(context, writer => write(writer, found, true))
            : ApiAnswer.ErrorAsync(context, StatusCodes.Status404NotFound, $"{kind} not found: {name}");
    }

    private ValueTask EntryPointsAsync(GatewayContext context, ApiQuery query)
    {
        var page = Paging.Cut(options.EntryPoints.ToList(), query, out var next, out var error);
        return PageAsync(context, page, next, error, static (writer, entry) => ApiJson.EntryPoint(writer, entry.Key, entry.Value));
    }

    private ValueTask EntryPointAsync(GatewayContext context, string name)
    {
        foreach (var (known, config) in options.EntryPoints)
        {
            if (known == name)
            {
                return ApiAnswer.JsonAsync(context, writer => ApiJson.EntryPoint(writer, name, config));
            }
        }

        return ApiAnswer.ErrorAsync(context, StatusCodes.Status404NotFound, $"entry point not found: {name}");
    }

    private void Version(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("Version", options.Version);
        writer.WriteString("Codename", "edge-gateway");
        writer.WriteString("startDate", options.Started.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture));
        if (options.DisableDashboardAd)
        {
            writer.WriteBoolean("disableDashboardAd", true);
        }

        if (!string.IsNullOrEmpty(options.DashboardName))
        {
            writer.WriteString("dashboardName", options.DashboardName);
        }

        writer.WriteEndObject();
    }

    private void Edge(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        options.WriteEdge(writer);
        writer.WriteEndObject();
    }

    private static void RawData(Utf8JsonWriter writer, ConfigurationReport report)
    {
        writer.WriteStartObject();
        Map(writer, "routers", report.Routers, ApiJson.Router);
        Map(writer, "middlewares", report.Middlewares, ApiJson.Middleware);
        Map(writer, "services", report.Services, ApiJson.Service);
        writer.WriteEndObject();
    }

    private static void Map<T>(
        Utf8JsonWriter writer, string name, EdgeGateway.Configuration.Dynamic.ConfigMap<T> map, Action<Utf8JsonWriter, T, bool> write)
    {
        if (map.Count == 0)
        {
            return;
        }

        writer.WriteStartObject(name);
        foreach (var (key, value) in map)
        {
            writer.WritePropertyName(key);
            write(writer, value, false);
        }

        writer.WriteEndObject();
    }
}
