using System.Globalization;
using System.Text.Json.Nodes;

namespace EdgeGateway.Testbed.Nomad;

/// <summary>The routes of the stand-in, only those that a gateway uses.</summary>
internal sealed class EmbeddedNomadRoutes(EmbeddedNomad nomad)
{
    private const string Json = "application/json";
    private const string Text = "text/plain; charset=utf-8";
    private const string StreamHead = " 200 OK\r\nConnection: close\r\nCache-Control: no-cache\r\nContent-Type: application/json\r\nVary: Accept-Encoding\r\n\r\n";

    public async Task HandleAsync(LoopbackExchange exchange, CancellationToken stop)
    {
        nomad.Count(exchange.Path, exchange.Path + "?" + string.Join('&', exchange.Query.Select(static q => $"{q.Name}={q.Value}")));
        if (await FaultAsync(exchange, stop))
        {
            return;
        }

        if (nomad.RequiredToken is { } token && exchange.Headers.GetValueOrDefault("X-Nomad-Token") is var given && given != token)
        {
            if (nomad.TaskApi)
            {
                // The socket judges before any route, streams included (recording e2).
                await (given is null
                    ? exchange.AnswerAsync(401, "Unauthorized", Text, "Unauthorized", stop)
                    : exchange.AnswerAsync(403, "Forbidden", Text, "Forbidden", stop));
                return;
            }

            if (exchange.Path is not ("/v1/status/leader" or "/v1/event/stream"))
            {
                await exchange.AnswerAsync(403, "Forbidden", Text, "Permission denied", stop);
                return;
            }
        }

        if (nomad.Declared.IsClosed(Namespace(exchange)) && exchange.Path is not ("/v1/status/leader" or "/v1/event/stream" or "/v1/namespaces"))
        {
            await exchange.AnswerAsync(403, "Forbidden", Text, "Permission denied", stop);
            return;
        }

        const string service = "/v1/service/";
        const string job = "/v1/job/";
        await (exchange.Path switch
        {
            _ when exchange.Method != "GET" => exchange.AnswerAsync(405, "Method Not Allowed", Text, "Invalid method", stop),
            "/v1/services" => ServicesAsync(exchange, stop),
            "/v1/event/stream" => StreamAsync(exchange, stop),
            "/v1/allocations" => ListAsync(exchange, new JsonArray(), nomad.Index, stop),
            "/v1/jobs" => BlockingListAsync(exchange, () => nomad.Declared.Jobs(Namespace(exchange)), stop),
            "/v1/namespaces" => BlockingListAsync(exchange, nomad.Declared.Namespaces, stop),
            "/v1/status/leader" => exchange.AnswerAsync(200, "OK", Json, "\"127.0.0.1:4647\"", stop),
            "/v1/agent/self" => exchange.AnswerAsync(
                200, "OK", Json, """{"config":{"Datacenter":"dc1","Region":"global","Version":{"Version":"2.0.5"}},"member":{},"stats":{}}""", stop),
            var path when path.StartsWith(service, StringComparison.Ordinal) && path.Length > service.Length
                => ServiceAsync(exchange, Uri.UnescapeDataString(path[service.Length..]), stop),
            var path when path.StartsWith(job, StringComparison.Ordinal) && path.Length > job.Length
                => JobAsync(exchange, Uri.UnescapeDataString(path[job.Length..]), stop),
            _ => exchange.AnswerAsync(404, "Not Found", Text, "", stop),
        });
    }

    private async Task BlockingListAsync(LoopbackExchange exchange, Func<JsonArray> list, CancellationToken stop)
    {
        if (await BlockAsync(exchange, stop))
        {
            await ListAsync(exchange, list(), nomad.Index, stop);
        }
    }

    private Task JobAsync(LoopbackExchange exchange, string id, CancellationToken stop) => nomad.Declared.Job(Namespace(exchange), id) is { } job
        ? exchange.AnswerAsync(200, "OK", Json, job.ToJsonString(NomadJsonText.Options), stop, Head(nomad.Index))
        : exchange.AnswerAsync(404, "Not Found", Text, "job not found", stop, Head(nomad.Index));

    /// <summary>True when a fault took the place of the answer.</summary>
    private async Task<bool> FaultAsync(LoopbackExchange exchange, CancellationToken stop)
    {
        switch (nomad.Fault)
        {
            case NomadFaultMode.Hang:
                await nomad.Released.WaitAsync(stop);
                await exchange.RawAsync("", stop);
                return true;
            case NomadFaultMode.NoLeader:
                await exchange.AnswerAsync(500, "Internal Server Error", Text, "No cluster leader", stop);
                return true;
            case NomadFaultMode.NotReady when exchange.Path != "/v1/status/leader":
                await exchange.AnswerAsync(500, "Internal Server Error", Text, "Not ready to serve consistent reads", stop);
                return true;
            case NomadFaultMode.BadGateway:
                await exchange.AnswerAsync(502, "Bad Gateway", "text/html", "<html><h1>502 Bad Gateway</h1></html>", stop);
                return true;
            case NomadFaultMode.ForbiddenStream when exchange.Path == "/v1/event/stream":
                await exchange.AnswerAsync(403, "Forbidden", Text, "Permission denied", stop);
                return true;
            case NomadFaultMode.UnknownStream when exchange.Path == "/v1/event/stream":
                await exchange.AnswerAsync(501, "Not Implemented", Text, "", stop);
                return true;
            case NomadFaultMode.TooMany:
                await exchange.RawAsync(
                    "HTTP/1.1 429 Too Many Requests\r\nContent-Type: text/plain\r\nRetry-After: 1\r\nConnection: close\r\n\r\n"
                    + "Your IP is issuing too many concurrent connections, please rate limit your calls\n",
                    stop);
                return true;
            case NomadFaultMode.Forbidden:
                await exchange.AnswerAsync(403, "Forbidden", Text, "Permission denied", stop);
                return true;
            case NomadFaultMode.Malformed:
                await exchange.AnswerAsync(200, "OK", Json, "[{\"Namespace\":", stop, Head(10));
                return true;
            case NomadFaultMode.NotCredible:
                // Recording h13.
                await exchange.AnswerAsync(200, "OK", Json, "[]", stop, ("X-Nomad-Index", "0"), ("X-Nomad-Knownleader", "false"), ("X-Nomad-Lastcontact", "0"));
                return true;
            default:
                return false;
        }
    }

    private async Task ServicesAsync(LoopbackExchange exchange, CancellationToken stop)
    {
        if (!await BlockAsync(exchange, stop))
        {
            return;
        }

        var (index, all) = nomad.State();
        var space = Namespace(exchange);
        var services = new JsonArray();
        foreach (var service in all.Where(r => r.Namespace == space).GroupBy(static r => r.Service))
        {
            services.Add(new JsonObject
            {
                ["ServiceName"] = service.Key, ["Tags"] = NomadJsonText.Texts(service.SelectMany(static r => r.Tags).Distinct(StringComparer.Ordinal)),
            });
        }

        await ListAsync(exchange, services.Count == 0 ? [] : [new JsonObject { ["Namespace"] = space, ["Services"] = services }], index, stop);
    }

    private async Task ServiceAsync(LoopbackExchange exchange, string name, CancellationToken stop)
    {
        if (!await BlockAsync(exchange, stop))
        {
            return;
        }

        if (nomad.BrokenService == name)
        {
            await exchange.AnswerAsync(500, "Internal Server Error", Text, "rpc error: EOF", stop);
            return;
        }

        if (nomad.BeforeRead is { } before)
        {
            await before(name);
        }

        var (index, named) = nomad.State(name);
        var space = Namespace(exchange);
        var found = named.Where(r => r.Namespace == space);
        if (exchange.Parameter("filter") is { } filter)
        {
            const string contains = "Tags contains \"";
            if (!filter.StartsWith(contains, StringComparison.Ordinal) || !filter.EndsWith('"'))
            {
                await exchange.AnswerAsync(400, "Bad Request", Text, "failed to read result page: filter not known to the stand-in", stop);
                return;
            }

            var tag = filter[contains.Length..^1];
            found = found.Where(r => r.Tags.Contains(tag));
        }

        await ListAsync(exchange, new JsonArray([.. found.Select(static r => (JsonNode)NomadJsonText.Registration(r))]), index, stop);
    }

    /// <summary>False when a fault began meanwhile and was answered.</summary>
    private async Task<bool> BlockAsync(LoopbackExchange exchange, CancellationToken stop)
    {
        if (exchange.Parameter("index") is not { } text)
        {
            return true;
        }

        if (!ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
        {
            await exchange.AnswerAsync(400, "Bad Request", Text, "Invalid index", stop);
            return false;
        }

        if (index > 0 && nomad.Blocks)
        {
            await nomad.PassedAsync(index, Wait(exchange.Parameter("wait")), stop);
        }

        return !await FaultAsync(exchange, stop);
    }

    private async Task StreamAsync(LoopbackExchange exchange, CancellationToken stop)
    {
        var fault = nomad.Fault;
        await exchange.RawAsync((fault == NomadFaultMode.BrokenStreamHead ? "HTTP/0.0" : "HTTP/1.1") + StreamHead, stop);
        _ = ulong.TryParse(exchange.Parameter("index"), NumberStyles.None, CultureInfo.InvariantCulture, out var from);
        var denied = nomad.RequiredToken is { } token && exchange.Headers.GetValueOrDefault("X-Nomad-Token") != token;
        denied |= nomad.Declared.IsClosed(Namespace(exchange));
        var stream = nomad.Subscribe(from, Namespace(exchange));
        try
        {
            if (denied || fault == NomadFaultMode.SilentStream)
            {
                // Open and silent until somebody ends it.
                await foreach (var unsaid in stream.Lines.Reader.ReadAllAsync(stop))
                {
                    _ = unsaid;
                }

                return;
            }

            if (nomad.BeforeHello is { } before)
            {
                await before();
            }

            await exchange.RawAsync("{}\n", stop);
            var beat = DateTimeOffset.UtcNow + nomad.Heartbeat;
            while (true)
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
                var left = beat - DateTimeOffset.UtcNow;
                limit.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
                try
                {
                    if (!await stream.Lines.Reader.WaitToReadAsync(limit.Token))
                    {
                        return;
                    }
                }
                catch (OperationCanceledException) when (!stop.IsCancellationRequested)
                {
                    beat += nomad.Heartbeat;
                    if (nomad.Fault != NomadFaultMode.SilentStream && !stream.Deaf)
                    {
                        await exchange.RawAsync("{}\n", stop);
                    }

                    continue;
                }

                while (stream.Lines.Reader.TryRead(out var line))
                {
                    nomad.BeforeLine?.Invoke(line);
                    await exchange.RawAsync(line + "\n", stop);
                }
            }
        }
        finally
        {
            nomad.Unsubscribe(stream);
        }
    }

    private static Task ListAsync(LoopbackExchange exchange, JsonArray answer, ulong index, CancellationToken stop) =>
        exchange.AnswerAsync(200, "OK", Json, answer.ToJsonString(NomadJsonText.Options), stop, Head(index));

    private static (string, string)[] Head(ulong index) =>
        [("X-Nomad-Index", index.ToString(CultureInfo.InvariantCulture)), ("X-Nomad-Knownleader", "true"), ("X-Nomad-Lastcontact", "0")];

    private static string Namespace(LoopbackExchange exchange) => exchange.Parameter("namespace") is { Length: > 0 } space ? space : "default";

    /// <summary>The forms of Go durations that clients send; default and maximum 300 s (nomad-api §3.2).</summary>
    private static TimeSpan Wait(string? text)
    {
        var most = TimeSpan.FromSeconds(300);
        var wait = text switch
        {
            null or "" => most,
            _ when text.EndsWith("ms", StringComparison.Ordinal) => TimeSpan.FromMilliseconds(double.Parse(text[..^2], CultureInfo.InvariantCulture)),
            _ when text.EndsWith('s') => TimeSpan.FromSeconds(double.Parse(text[..^1], CultureInfo.InvariantCulture)),
            _ when text.EndsWith('m') => TimeSpan.FromMinutes(double.Parse(text[..^1], CultureInfo.InvariantCulture)),
            _ => most,
        };
        return wait > TimeSpan.Zero && wait < most ? wait : most;
    }
}
