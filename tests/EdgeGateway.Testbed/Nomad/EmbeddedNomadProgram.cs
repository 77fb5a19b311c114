using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace EdgeGateway.Testbed.Nomad;

/// <summary>
/// The stand-in as a process of its own. Prints one JSON line when it is ready
/// (<c>{"nomad":"http://127.0.0.1:PORT","control":"http://127.0.0.1:PORT/_control"}</c>) and ends on SIGTERM, SIGINT or, with
/// <c>--stdin</c>, when its standard input closes. Switches are POSTs without a body to the control address, see
/// <see cref="ControlAsync"/>; it has a port of its own, so that it works while Nomad's is closed.
/// </summary>
public static class EmbeddedNomadProgram
{
    /// <summary>Arguments: <c>--port PORT --control PORT --index N --stdin</c>.</summary>
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

        var jobs = new ConcurrentDictionary<string, EmbeddedJob>(StringComparer.Ordinal);
        await using var nomad = await EmbeddedNomad.StartAsync(Number(given, "port", 0), (ulong)Number(given, "index", 10));
        await using var control = LoopbackHttp.Start(Number(given, "control", 0), (exchange, token) => ControlAsync(nomad, jobs, exchange, token));

        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, s => { s.Cancel = true; end.TrySetResult(); });
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, s => { s.Cancel = true; end.TrySetResult(); });
        using var stopped = stop.Register(() => end.TrySetResult());
        if (given.ContainsKey("stdin"))
        {
            _ = Task.Run(
                async () =>
                {
                    while (await Console.In.ReadLineAsync(stop) is not null)
                    {
                    }

                    end.TrySetResult();
                },
                stop);
        }

        await ready.WriteLineAsync(JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["nomad"] = nomad.Url, ["control"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{control.Port}/_control"),
        }));
        await ready.FlushAsync(CancellationToken.None);
        await end.Task;
        foreach (var job in jobs.Values)
        {
            await job.DisposeAsync();
        }

        return 0;
    }

    /// <summary>
    /// <c>/_control/…</c>; <c>tag</c> repeats, times are milliseconds, an action on a job answers when it is done:
    /// <c>register?id=&amp;service=&amp;port=&amp;address=&amp;job=&amp;tag=</c> · <c>deregister?id=</c> · <c>tags?id=&amp;tag=</c> ·
    /// <c>job?service=&amp;count=&amp;tag=&amp;listen=&amp;shutdown=&amp;close=&amp;place=&amp;healthy=&amp;restart=</c> (makes or scales it) ·
    /// <c>deploy?service=&amp;tag=</c> · <c>jobtags?service=&amp;tag=</c> · <c>crash?service=&amp;which=</c> · <c>restart?service=&amp;which=</c> ·
    /// <c>fault?mode=None|Refuse|Hang|…</c> · <c>dropstreams</c> · <c>replace?index=</c> (empty state) · <c>counters</c>.
    /// </summary>
    private static async Task ControlAsync(
        EmbeddedNomad nomad, ConcurrentDictionary<string, EmbeddedJob> jobs, LoopbackExchange exchange, CancellationToken stop)
    {
        string Text(string name) => exchange.Parameter(name) ?? "";
        int Count(string name, int other) => int.TryParse(exchange.Parameter(name), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : other;
        TimeSpan Time(string name, TimeSpan other) => TimeSpan.FromMilliseconds(Count(name, (int)other.TotalMilliseconds));
        string[] tags = [.. exchange.Query.Where(static q => q.Name == "tag").Select(static q => q.Value)];
        var answer = "{}";
        try
        {
            switch (exchange.Path)
            {
                case "/_control/register":
                    nomad.Register(new Registration(
                        Text("id"), Text("service"), exchange.Parameter("job") ?? Text("service"), exchange.Parameter("address") ?? "127.0.0.1", Count("port", 0), tags));
                    break;
                case "/_control/deregister":
                    nomad.Deregister(Text("id"));
                    break;
                case "/_control/tags":
                    nomad.UpdateTags(Text("id"), tags);
                    break;
                case "/_control/job":
                    var job = jobs.GetOrAdd(Text("service"), name => new EmbeddedJob(nomad, name, tags));
                    job.Times = new JobTimes
                    {
                        Listen = Time("listen", job.Times.Listen), Shutdown = Time("shutdown", job.Times.Shutdown), Close = Time("close", job.Times.Close),
                        Place = Time("place", job.Times.Place), MinHealthy = Time("healthy", job.Times.MinHealthy), Restart = Time("restart", job.Times.Restart),
                    };
                    await job.ScaleAsync(Count("count", 1));
                    answer = JsonSerializer.Serialize(job.Ids);
                    break;
                case "/_control/deploy":
                    await jobs[Text("service")].RollingDeployAsync(tags.Length == 0 ? null : tags);
                    break;
                case "/_control/jobtags":
                    await jobs[Text("service")].UpdateTagsAsync(tags);
                    break;
                case "/_control/crash":
                    await jobs[Text("service")].CrashAsync(Count("which", 0));
                    break;
                case "/_control/restart":
                    await jobs[Text("service")].RestartAsync(Count("which", 0));
                    break;
                case "/_control/fault":
                    nomad.Fault = Enum.Parse<NomadFaultMode>(Text("mode"), ignoreCase: true);
                    break;
                case "/_control/dropstreams":
                    nomad.DropStreams();
                    break;
                case "/_control/replace":
                    nomad.ReplaceBy((ulong)Count("index", 1));
                    break;
                case "/_control/counters":
                    answer = JsonSerializer.Serialize(nomad.Calls);
                    break;
                default:
                    await exchange.AnswerAsync(404, "Not Found", "text/plain", "unknown control path", stop);
                    return;
            }
        }
        catch (Exception error) when (error is KeyNotFoundException or ArgumentException)
        {
            await exchange.AnswerAsync(400, "Bad Request", "text/plain", error.Message, stop);
            return;
        }

        await exchange.AnswerAsync(200, "OK", "application/json", answer, stop);
    }

    private static int Number(Dictionary<string, string> given, string name, int other) =>
        given.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : other;
}
