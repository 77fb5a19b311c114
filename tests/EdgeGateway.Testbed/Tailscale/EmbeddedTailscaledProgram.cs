using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Testbed.Tailscale;

/// <summary>
/// The stand-in as a process of its own. Prints one JSON line when it is ready
/// (<c>{"socket":…,"control":"http://127.0.0.1:PORT","ca":FILE,"name":…}</c>) and ends on SIGTERM, SIGINT or when its standard input closes
/// (only with <c>--stdin</c>). Switches are POSTs to the control address, see <see cref="MapControl"/>.
/// </summary>
public static class EmbeddedTailscaledProgram
{
    /// <summary>Arguments: <c>--socket PATH --name NAME --lifetime SECONDS --order-ms MS --ca FILE --control PORT --https true|false --stdin</c>.</summary>
    public static Task<int> RunAsync(string[] args) => RunAsync(args, Console.Out, CancellationToken.None);

    /// <summary>The same with another place for the ready line, and an end besides the signals.</summary>
    public static async Task<int> RunAsync(string[] args, TextWriter ready, CancellationToken stop)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < args.Length; i++)
        {
            var name = args[i].TrimStart('-');
            given[name] = i + 1 < args.Length && !args[i + 1].StartsWith("--", StringComparison.Ordinal) ? args[++i] : "true";
        }

        var options = new TailscaledOptions
        {
            SocketPath = given.GetValueOrDefault("socket"),
            DnsName = given.GetValueOrDefault("name", "edge.tail-test.ts.net"),
            Lifetime = TimeSpan.FromSeconds(Number(given, "lifetime", 90 * 86400)),
            OrderTime = TimeSpan.FromMilliseconds(Number(given, "order-ms", 20)),
            Https = given.GetValueOrDefault("https", "true") == "true",
        };
        await using var daemon = await EmbeddedTailscaled.StartAsync(options);
        if (given.TryGetValue("ca", out var ca))
        {
            await File.WriteAllTextAsync(ca, daemon.CaPem, stop);
        }

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{Number(given, "control", 0)}");
        await using var control = builder.Build();
        MapControl(control, daemon);
        await control.StartAsync(stop);

        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, s => { s.Cancel = true; end.TrySetResult(); });
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, s => { s.Cancel = true; end.TrySetResult(); });
        if (given.ContainsKey("stdin"))
        {
            _ = Task.Run(async () =>
            {
                while (await Console.In.ReadLineAsync(stop) is not null)
                {
                }

                end.TrySetResult();
            }, stop);
        }

        using var stopped = stop.Register(() => end.TrySetResult());
        await ready.WriteLineAsync(JsonSerializer.Serialize(new Dictionary<string, string?>
        {
            ["socket"] = daemon.SocketPath, ["control"] = control.Urls.First(), ["ca"] = ca, ["name"] = daemon.DnsName,
        }));
        await ready.FlushAsync(CancellationToken.None);
        await end.Task;
        await control.StopAsync(CancellationToken.None);
        return 0;
    }

    /// <summary>
    /// POST /https?on= · /wildcard?on= · /permit?on= · /freeze?on= · /fault?name=&amp;kind=hang|drop|answer|none&amp;status=&amp;body=&amp;retryAfter=&amp;times=&amp;everyCall=
    /// · /lifetime?seconds= · /renew?name= · /restart?hard=&amp;downMs= · /state?name=&amp;netmap=; GET /counters · /ca.pem.
    /// </summary>
    private static void MapControl(WebApplication app, EmbeddedTailscaled daemon) => app.Run(async context =>
    {
        var query = context.Request.Query;
        var on = query["on"] != "false";
        switch (context.Request.Method + " " + context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget.Split('?')[0])
        {
            case "POST /https": daemon.SetHttps(on); break;
            case "POST /wildcard": daemon.SetWildcard(on); break;
            case "POST /permit": daemon.CertificatesPermitted = on; break;
            case "POST /freeze": daemon.Frozen = on; break;
            case "POST /renew": daemon.Renew(Name(query, daemon)); break;
            case "POST /lifetime": daemon.Lifetime = TimeSpan.FromSeconds(int.Parse(query["seconds"].ToString(), CultureInfo.InvariantCulture)); break;
            case "POST /state": daemon.SetState(query["name"].ToString(), query["netmap"] != "false"); break;
            case "POST /fault": daemon.SetFault(query["name"].ToString(), Fault(query)); break;
            case "POST /restart":
                await daemon.StopAsync(query["hard"] == "true");
                await Task.Delay(int.TryParse(query["downMs"], out var down) ? down : 0);
                await daemon.StartAgainAsync();
                break;
            case "GET /ca.pem":
                await context.Response.WriteAsync(daemon.CaPem);
                return;
            case "GET /counters":
                await context.Response.WriteAsync(JsonSerializer.Serialize(new
                {
                    statusCalls = daemon.StatusCalls, watchers = daemon.Watchers,
                    certificates = daemon.Counters.ToDictionary(c => c.Key, c => new { calls = c.Value.Calls, orders = c.Value.Orders }),
                }));
                return;
            default:
                context.Response.StatusCode = 404;
                return;
        }

        await context.Response.WriteAsync("ok\n");
    });

    private static string Name(IQueryCollection query, EmbeddedTailscaled daemon) =>
        query["name"].ToString() is { Length: > 0 } name ? name : daemon.DnsName;

    private static CertFault? Fault(IQueryCollection query) => query["kind"].ToString() switch
    {
        "none" or "" => null,
        var kind => new CertFault(
            Enum.Parse<CertFaultKind>(kind, ignoreCase: true),
            int.TryParse(query["status"], out var status) ? status : 500,
            query["body"].ToString(),
            int.TryParse(query["retryAfter"], out var seconds) ? seconds : null,
            query["everyCall"] == "true",
            int.TryParse(query["times"], out var times) ? times : -1),
    };

    private static int Number(Dictionary<string, string> given, string name, int otherwise) =>
        given.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
