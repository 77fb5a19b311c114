using System.Globalization;
using System.Text.Json;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Services;
using EdgeGateway.Proxy.Snapshots;
using Microsoft.AspNetCore.Http;

namespace EdgeGateway.Proxy.Api;

/// <summary>
/// <c>api@internal</c>: the read-only API (runtime-behaviour §5), and below it the dashboard. All that it shows comes from the snapshot
/// in force; the report is put together by the request that asks first, never by the loop that compiles.
/// </summary>
public sealed class ApiService(ApiOptions options, SnapshotHolder snapshots) : HttpServiceModel("api@internal")
{
    private readonly string _base = options.BasePath.TrimEnd('/');

    /// <inheritdoc />
    public override async ValueTask HandleAsync(GatewayContext context)
    {
        // The request came in on an I/O thread; listing thousands of routers must not hold it.
        await Task.Yield();
        var target = context.Target.ToString();
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        var path = mark < 0 ? target : target[..mark];
        var answer = path.StartsWith(_base, StringComparison.Ordinal)
            ? Find(path[_base.Length..], mark < 0 ? "" : target[mark..])
            : null;
        await (answer is null
            ? ErrorAnswer.PlainAsync(context, StatusCodes.Status404NotFound, "404 page not found")
            : HttpMethods.IsGet(context.Http.Request.Method)
                ? answer(context)
                : ErrorAnswer.BareAsync(context, StatusCodes.Status405MethodNotAllowed));
    }

    private ConfigurationReport Report => snapshots.Current.Report.Value;

    /// <summary>What answers a path below the base; null = nothing there.</summary>
    private Func<GatewayContext, ValueTask>? Find(string path, string query)
    {
        const string Api = "/api/";
        if (path.StartsWith(Api, StringComparison.Ordinal))
        {
            return FindApi(path[Api.Length..], query);
        }

        return path switch
        {
            "/debug/vars" when options.Debug => static context => ApiAnswer.JsonAsync(context, ApiDebug.Write, "application/json; charset=utf-8"),
            "" or "/" when options.Dashboard => Redirect,
            "/dashboard/" when options.Dashboard => context => ApiAnswer.HtmlAsync(context, DashboardPage.Render(options, Report)),
            _ => null,
        };
    }

    private Func<GatewayContext, ValueTask>? FindApi(string path, string query)
    {
        switch (path)
        {
            case "version":
                return context => ApiAnswer.JsonAsync(context, Version, "application/json; charset=UTF-8");
            case "overview":
                return context => ApiAnswer.JsonAsync(context, writer => ApiOverview.Write(writer, options, Report));
            case "rawdata":
                return context => ApiAnswer.JsonAsync(context, writer => RawData(writer, Report));
            case "edge":
                return context => ApiAnswer.JsonAsync(context, Edge);
            case "support-dump":
                return context => SupportDump.AnswerAsync(context, options, Version, writer => RawData(writer, Report));
            case "entrypoints":
                return context => EntryPointsAsync(context, new ApiQuery(query));
            case "certificates":
                return context => ApiCertificates.ListAsync(context, options, new ApiQuery(query));
        }

        if (Below(path, "entrypoints") is { } entryPoint)
        {
            return context => EntryPointAsync(context, entryPoint);
        }

        if (Below(path, "certificates") is { } certificate)
        {
            return context => ApiCertificates.OneAsync(context, options, certificate);
        }

        foreach (var section in ApiSections.All)
        {
            if (path == section.Path)
            {
                return context => section.ListAsync(context, Report, new ApiQuery(query));
            }

            if (Below(path, section.Path) is { } name)
            {
                return context => section.OneAsync(context, Report, name);
            }
        }

        return null;
    }

    // The one segment below a path, decoded once: %2F may be in a name, a slash may not.
    private static string? Below(string path, string parent) =>
        path.Length > parent.Length + 1 && path[parent.Length] == '/' && path.StartsWith(parent, StringComparison.Ordinal)
            && path.IndexOf('/', parent.Length + 1) < 0
            ? Uri.UnescapeDataString(path[(parent.Length + 1)..])
            : null;

    private ValueTask Redirect(GatewayContext context)
    {
        var prefix = context.Http.Request.Headers["X-Forwarded-Prefix"].ToString().TrimEnd('/');
        context.Http.Response.Headers.Location =
            (prefix.StartsWith('/') && !prefix.StartsWith("//", StringComparison.Ordinal) ? prefix : "") + _base + "/dashboard/";
        return ErrorAnswer.BareAsync(context, StatusCodes.Status302Found);
    }

    private ValueTask EntryPointsAsync(GatewayContext context, ApiQuery query)
    {
        var page = ApiPaging.Cut(options.EntryPoints.ToList(), query, out var next, out var error);
        return ApiPage.Async(context, page, next, error, static (writer, entry) => ApiJson.EntryPoint(writer, entry.Key, entry.Value));
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

    private static IEnumerable<bool> RawData(Utf8JsonWriter writer, ConfigurationReport report)
    {
        writer.WriteStartObject();
        foreach (var section in ApiSections.All)
        {
            foreach (var step in section.Raw(writer, report))
            {
                yield return step;
            }
        }

        writer.WriteEndObject();
    }
}
