using EdgeGateway.Configuration.Dynamic;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using EdgeGateway.Proxy.Snapshots;

namespace EdgeGateway.Proxy.Api;

/// <summary>The dashboard: one plain page without script. Everything that users wrote is escaped.</summary>
internal static class DashboardPage
{
    private const int MostRows = 500;

    private const string Style = """
        :root{color-scheme:light dark;--line:#8884;--bad:#c62828;--warn:#b26a00;--good:#2e7d32}
        body{font:15px/1.45 system-ui,sans-serif;margin:0 auto;max-width:1200px;padding:1.5rem}
        h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}small{opacity:.7}
        table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid var(--line)}
        th{font-weight:600;opacity:.7}code{font:13px ui-monospace,monospace;overflow-wrap:anywhere}
        .enabled{color:var(--good)}.warning{color:var(--warn)}.disabled,.error{color:var(--bad)}.cards{display:flex;flex-wrap:wrap;gap:.6rem}
        .card{border:1px solid var(--line);border-radius:.5rem;padding:.5rem .9rem}.wide{overflow-x:auto}
        """;

    public static string Render(ApiOptions options, ConfigurationReport report)
    {
        var page = new StringBuilder(8192);
        var title = string.IsNullOrEmpty(options.DashboardName) ? "EdgeGateway" : options.DashboardName;
        page.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">")
            .Append("<meta http-equiv=\"refresh\" content=\"5\"><title>").Append(Escape(title)).Append("</title><style>").Append(Style)
            .Append("</style></head><body><h1>").Append(Escape(title)).Append("</h1><small>version ").Append(Escape(options.Version))
            .Append(", running since ").Append(options.Started.UtcDateTime.ToString("u", CultureInfo.InvariantCulture)).Append("</small>");

        page.Append("<h2>Entry points</h2><div class=\"cards\">");
        foreach (var (name, config) in options.EntryPoints)
        {
            page.Append("<div class=\"card\"><b>").Append(Escape(name)).Append("</b><br><code>").Append(Escape(config.Address ?? "")).Append("</code></div>");
        }

        page.Append("</div><h2>Providers</h2><div class=\"cards\">");
        foreach (var provider in options.Providers)
        {
            page.Append("<div class=\"card\"><b>").Append(Escape(provider)).Append("</b></div>");
        }

        page.Append("</div>");
        Problems(page, report);
        Counts(page, report);
        Routers(page, report);
        Services(page, report);
        Middlewares(page, report);
        Layer4(page, report);
        return page.Append("<p><small>All of it as JSON: <code>/api/rawdata</code>, certificates and counters: <code>/api/edge</code></small></p></body></html>")
            .ToString();
    }

    // A page of ten thousand rows helps nobody: what is wrong comes first, the rest is in the API.
    private static IEnumerable<T> Rows<T>(StringBuilder page, string title, IReadOnlyCollection<T> all, Func<T, ElementStatus> status, string head)
    {
        if (all.Count == 0)
        {
            yield break;
        }

        page.Append("<h2>").Append(title).Append("</h2>");
        if (all.Count > MostRows)
        {
            page.Append("<p><small>").Append(MostRows).Append(" of ").Append(all.Count).Append(", those with errors first</small></p>");
        }

        page.Append("<div class=\"wide\"><table><tr>").Append(head).Append("</tr>");
        foreach (var item in all.OrderByDescending(status).Take(MostRows))
        {
            yield return item;
        }

        page.Append("</table></div>");
    }

    private static void Counts(StringBuilder page, ConfigurationReport report)
    {
        page.Append("<h2>Elements</h2><div class=\"cards\">");
        foreach (var section in ApiSections.All)
        {
            var count = section.Count(report);
            page.Append("<div class=\"card\"><b>").Append(section.Path).Append("</b><br>").Append(count.Total);
            if (count.Warnings > 0)
            {
                page.Append(" <span class=\"warning\">").Append(count.Warnings).Append(" with warnings</span>");
            }

            if (count.Errors > 0)
            {
                page.Append(" <span class=\"error\">").Append(count.Errors).Append(" disabled</span>");
            }

            page.Append("</div>");
        }

        page.Append("</div>");
    }

    private static void Problems(StringBuilder page, ConfigurationReport report)
    {
        if (report.Problems.Count == 0)
        {
            return;
        }

        page.Append("<h2>Problems</h2><ul>");
        foreach (var problem in report.Problems.Take(MostRows))
        {
            page.Append("<li class=\"error\">").Append(Escape(problem.Message)).Append(" <small>").Append(Escape(problem.Code))
                .Append(", ").Append(Escape(problem.Location.Text)).Append("</small></li>");
        }

        page.Append("</ul>");
    }

    private static void Routers(StringBuilder page, ConfigurationReport report)
    {
        foreach (var router in Rows(
            page, "HTTP routers", report.Routers.Values.ToList(), static r => r.Status,
            "<th>Status<th>Router<th>Rule<th>Entry points<th>TLS<th>Middlewares<th>Service<th>Priority"))
        {
            Begin(page, router.Name, router.Status, router.Errors);
            page.Append("<td><code>").Append(Escape(router.Config.Rule ?? "")).Append("</code><td>")
                .Append(Escape(router.Config.ParentRefs.Count > 0 ? $"below {string.Join(", ", router.Config.ParentRefs)}" : string.Join(", ", router.Using))).Append("<td>");
            if (router.Config.Tls is { } tls)
            {
                page.Append("on");
                if (!string.IsNullOrEmpty(tls.CertResolver))
                {
                    page.Append("<br><small>").Append(Escape(tls.CertResolver)).Append("</small>");
                }
            }

            page.Append("<td>").Append(Escape(string.Join(", ", router.Config.Middlewares))).Append("<td>").Append(Escape(router.ServiceName))
                .Append("<td>").Append(router.Config.Priority).Append("</tr>");
        }
    }

    private static void Services(StringBuilder page, ConfigurationReport report)
    {
        foreach (var service in Rows(
            page, "HTTP services", report.Services.Values.ToList(), static s => s.Status, "<th>Status<th>Service<th>Type<th>Servers<th>Used by"))
        {
            Begin(page, service.Name, service.Status, service.Errors);
            page.Append("<td>").Append(service.Type).Append("<td>");
            foreach (var server in service.Config.LoadBalancer?.Servers ?? [])
            {
                page.Append("<code>").Append(Escape(server.Url ?? "")).Append("</code><br>");
            }

            page.Append("<td>").Append(Escape(string.Join(", ", service.UsedBy))).Append("</tr>");
        }
    }

    private static void Middlewares(StringBuilder page, ConfigurationReport report)
    {
        foreach (var middleware in Rows(
            page, "HTTP middlewares", report.Middlewares.Values.ToList(), static m => m.Status, "<th>Status<th>Middleware<th>Type<th>Used by"))
        {
            Begin(page, middleware.Name, middleware.Status, middleware.Errors);
            page.Append("<td>").Append(Escape(ApiJson.TypeOf(middleware.Config))).Append("<td>")
                .Append(Escape(string.Join(", ", middleware.UsedBy))).Append("</tr>");
        }
    }

    private static void Layer4(StringBuilder page, ConfigurationReport report)
    {
        foreach (var router in Rows(
            page, "TCP routers", report.TcpRouters.Values.ToList(), static r => r.Status, "<th>Status<th>Router<th>Rule<th>Entry points<th>TLS<th>Service"))
        {
            Begin(page, router.Name, router.Status, router.Errors);
            page.Append("<td><code>").Append(Escape(router.Config.Rule ?? "")).Append("</code><td>").Append(Escape(string.Join(", ", router.Using)))
                .Append("<td>").Append(router.Config.Tls is { } tls ? tls.Passthrough ? "passthrough" : "on" : "")
                .Append("<td>").Append(Escape(router.ServiceName)).Append("</tr>");
        }

        foreach (var service in Rows(
            page, "TCP services", report.TcpServices.Values.ToList(), static s => s.Status, "<th>Status<th>Service<th>Servers<th>Used by"))
        {
            Begin(page, service.Name, service.Status, service.Errors);
            page.Append("<td>").Append(Escape(string.Join(", ", service.Config.LoadBalancer?.Servers.Select(static s => s.Address ?? "") ?? [])))
                .Append("<td>").Append(Escape(string.Join(", ", service.UsedBy))).Append("</tr>");
        }

        foreach (var router in Rows(
            page, "UDP routers", report.UdpRouters.Values.ToList(), static r => r.Status, "<th>Status<th>Router<th>Entry points<th>Service"))
        {
            Begin(page, router.Name, router.Status, router.Errors);
            page.Append("<td>").Append(Escape(string.Join(", ", router.Using))).Append("<td>").Append(Escape(router.ServiceName)).Append("</tr>");
        }

        foreach (var service in Rows(
            page, "UDP services", report.UdpServices.Values.ToList(), static s => s.Status, "<th>Status<th>Service<th>Servers<th>Used by"))
        {
            Begin(page, service.Name, service.Status, service.Errors);
            page.Append("<td>").Append(Escape(string.Join(", ", service.Config.LoadBalancer?.Servers.Select(static s => s.Address ?? "") ?? [])))
                .Append("<td>").Append(Escape(string.Join(", ", service.UsedBy))).Append("</tr>");
        }
    }

    private static void Begin(StringBuilder page, string name, ElementStatus status, ConfigList<string> errors)
    {
        var text = ApiJson.StatusText(status);
        page.Append("<tr><td class=\"").Append(text).Append("\">").Append(text).Append("<td>").Append(Escape(name));
        foreach (var error in errors)
        {
            page.Append("<br><small class=\"error\">").Append(Escape(error)).Append("</small>");
        }
    }

    private static string Escape(string text) => HtmlEncoder.Default.Encode(text);
}
