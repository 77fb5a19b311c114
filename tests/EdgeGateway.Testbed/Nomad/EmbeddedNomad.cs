using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Testbed.Nomad;

/// <summary>
/// A Nomad-compatible server on loopback: services, one service, blocking queries and the event stream, with the lines, order and
/// indexes of the recordings. The caller says what is registered; it lists an instance before that listens, as Nomad does.
/// </summary>
public sealed class EmbeddedNomad : IAsyncDisposable
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Registration> _registrations = new(StringComparer.Ordinal);
    private readonly List<(ulong Index, string Line)> _buffer = [];
    private readonly List<Channel<string>> _streams = [];
    private readonly ConcurrentDictionary<string, int> _calls = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private TaskCompletionSource _changed = New();
    private WebApplication? _server;
    private ulong _index;
    private volatile NomadFaultMode _fault;

    private EmbeddedNomad(ulong index) => _index = index;

    /// <summary>Address for <c>providers.nomad.endpoint.address</c>.</summary>
    public string Url { get; private set; } = "";

    /// <summary>What it does wrong.</summary>
    public NomadFaultMode Fault
    {
        get => _fault;
        set
        {
            _fault = value;
            if (value is not (NomadFaultMode.None or NomadFaultMode.SilentStream))
            {
                // Real outages end what is open, too.
                DropStreams();
            }
        }
    }

    /// <summary>Calls per path so far; names of services are folded into <c>/v1/service/:name</c>.</summary>
    public IReadOnlyDictionary<string, int> Calls => _calls;

    /// <summary>Open event streams.</summary>
    public int Streams
    {
        get
        {
            lock (_gate)
            {
                return _streams.Count;
            }
        }
    }

    /// <summary>Starts it.</summary>
    /// <param name="port">0 = any free port.</param>
    /// <param name="index">Index of its state; a replaced server begins lower.</param>
    public static async Task<EmbeddedNomad> StartAsync(int port = 0, ulong index = 10)
    {
        var nomad = new EmbeddedNomad(index);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var server = builder.Build();
        server.Run(nomad.HandleAsync);
        nomad._server = server;
        await server.StartAsync();
        nomad.Url = server.Urls.First();
        return nomad;
    }

    /// <summary>Registers an instance, or changes it when the ID is known.</summary>
    public void Register(string id, string service, int port, params string[] tags) =>
        Register(new Registration(id, service, service, "127.0.0.1", port, tags));

    /// <inheritdoc cref="Register(string,string,int,string[])" />
    public void Register(params Registration[] registrations)
    {
        lock (_gate)
        {
            _index++;
            var events = new JsonArray();
            foreach (var registration in registrations)
            {
                var stored = registration with
                {
                    CreateIndex = _registrations.TryGetValue(registration.Id, out var old) ? old.CreateIndex : _index,
                    ModifyIndex = _index,
                };
                _registrations[registration.Id] = stored;
                events.Add(Event("ServiceRegistration", stored));
            }

            Publish(events);
        }
    }

    /// <summary>Removes instances, in one write.</summary>
    public void Deregister(params string[] ids)
    {
        lock (_gate)
        {
            _index++;
            var events = new JsonArray();
            foreach (var id in ids)
            {
                if (_registrations.Remove(id, out var gone))
                {
                    events.Add(Event("ServiceDeregistration", gone));
                }
            }

            Publish(events);
        }
    }

    /// <summary>Ends all event streams.</summary>
    public void DropStreams()
    {
        lock (_gate)
        {
            foreach (var stream in _streams)
            {
                stream.Writer.TryComplete();
            }

            _streams.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        DropStreams();
        if (_server is not null)
        {
            using var hard = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
            await _server.StopAsync(hard.Token);
            await _server.DisposeAsync();
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static JsonObject Stored(Registration registration) => new()
    {
        ["Address"] = registration.Address,
        ["AllocID"] = registration.Id.Length > 48 ? registration.Id[12..48] : registration.Id,
        ["CreateIndex"] = registration.CreateIndex,
        ["Datacenter"] = "dc1",
        ["ID"] = registration.Id,
        ["JobID"] = registration.Job,
        ["ModifyIndex"] = registration.ModifyIndex,
        ["Namespace"] = "default",
        ["NodeID"] = "32ff7d24-26ed-c505-c5ad-42cce95520a8",
        ["Port"] = registration.Port,
        ["ServiceName"] = registration.Service,
        ["Tags"] = new JsonArray([.. registration.Tags.Select(static t => JsonValue.Create(t))]),
    };

    private JsonObject Event(string type, Registration registration) => new()
    {
        ["FilterKeys"] = new JsonArray(registration.Job, registration.Service),
        ["Index"] = _index,
        ["Key"] = registration.Id,
        ["Namespace"] = "default",
        ["Payload"] = new JsonObject { ["Service"] = Stored(registration) },
        ["Topic"] = "Service",
        ["Type"] = type,
    };

    private void Publish(JsonArray events)
    {
        var line = new JsonObject { ["Events"] = events, ["Index"] = _index }.ToJsonString() + "\n";
        _buffer.Add((_index, line));
        if (_fault != NomadFaultMode.SilentStream)
        {
            foreach (var stream in _streams)
            {
                stream.Writer.TryWrite(line);
            }
        }

        var changed = _changed;
        _changed = New();
        changed.TrySetResult();
    }

    private async Task HandleAsync(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "";
        _calls.AddOrUpdate(path.StartsWith("/v1/service/", StringComparison.Ordinal) ? "/v1/service/:name" : path, 1, static (_, n) => n + 1);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, _stopping.Token);
        try
        {
            switch (_fault)
            {
                case NomadFaultMode.Hang:
                    await Task.Delay(Timeout.Infinite, end.Token);
                    break;
                case NomadFaultMode.NoLeader:
                    http.Response.StatusCode = 500;
                    await http.Response.WriteAsync("No cluster leader", end.Token);
                    return;
                case NomadFaultMode.TooMany:
                    http.Response.StatusCode = 429;
                    http.Response.Headers.RetryAfter = "1";
                    await http.Response.WriteAsync("Your IP is issuing too many concurrent connections, please rate limit your calls\n", end.Token);
                    return;
                case NomadFaultMode.Malformed:
                    http.Response.Headers["X-Nomad-Index"] = "10";
                    await http.Response.WriteAsync("[{\"Namespace\":", end.Token);
                    return;
                case NomadFaultMode.NotCredible:
                    http.Response.Headers["X-Nomad-Index"] = "0";
                    await http.Response.WriteAsync("[]", end.Token);
                    return;
            }

            await (path switch
            {
                "/v1/services" => ServicesAsync(http, end.Token),
                "/v1/event/stream" => StreamAsync(http, end.Token),
                "/v1/allocations" => AnswerAsync(http, new JsonArray(), end.Token),
                "/v1/status/leader" => AnswerAsync(http, JsonValue.Create("127.0.0.1:4647"), end.Token),
                _ when path.StartsWith("/v1/service/", StringComparison.Ordinal) => ServiceAsync(http, path["/v1/service/".Length..], end.Token),
                _ => NotFoundAsync(http),
            });
        }
        catch (OperationCanceledException)
        {
            http.Abort();
        }
    }

    private static Task NotFoundAsync(HttpContext http)
    {
        http.Response.StatusCode = 404;
        return Task.CompletedTask;
    }

    // Blocks while the index asked for is not passed, as long as was asked for.
    private async Task WaitAsync(HttpContext http, CancellationToken cancellation)
    {
        if (!ulong.TryParse(http.Request.Query["index"], out var index) || index == 0)
        {
            return;
        }

        var text = http.Request.Query["wait"].ToString();
        var wait = text.EndsWith("ms", StringComparison.Ordinal) ? TimeSpan.FromMilliseconds(long.Parse(text[..^2])) : TimeSpan.FromMinutes(5);
        var limit = Task.Delay(wait, cancellation);
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_index > index)
                {
                    return;
                }

                changed = _changed.Task;
            }

            if (await Task.WhenAny(changed, limit) == limit)
            {
                await limit;
                return;
            }
        }
    }

    private async Task ServicesAsync(HttpContext http, CancellationToken cancellation)
    {
        await WaitAsync(http, cancellation);
        JsonArray answer;
        ulong index;
        lock (_gate)
        {
            index = _index;
            var services = new JsonArray();
            foreach (var service in _registrations.Values.GroupBy(static r => r.Service))
            {
                services.Add(new JsonObject
                {
                    ["ServiceName"] = service.Key,
                    ["Tags"] = new JsonArray([.. service.SelectMany(static r => r.Tags).Distinct(StringComparer.Ordinal).Select(static t => JsonValue.Create(t))]),
                });
            }

            answer = _registrations.Count == 0 ? [] : [new JsonObject { ["Namespace"] = "default", ["Services"] = services }];
        }

        await AnswerAsync(http, answer, cancellation, index);
    }

    private async Task ServiceAsync(HttpContext http, string name, CancellationToken cancellation)
    {
        await WaitAsync(http, cancellation);
        JsonArray answer;
        ulong index;
        lock (_gate)
        {
            index = _index;
            answer = [.. _registrations.Values.Where(r => r.Service == name).Select(static r => (JsonNode)Stored(r))];
        }

        await AnswerAsync(http, answer, cancellation, index);
    }

    private async Task AnswerAsync(HttpContext http, JsonNode answer, CancellationToken cancellation, ulong? index = null)
    {
        http.Response.ContentType = "application/json";
        http.Response.Headers["X-Nomad-Index"] = (index ?? _index).ToString();
        http.Response.Headers["X-Nomad-KnownLeader"] = "true";
        http.Response.Headers["X-Nomad-LastContact"] = "0";
        await http.Response.WriteAsync(answer.ToJsonString(), cancellation);
    }

    private async Task StreamAsync(HttpContext http, CancellationToken cancellation)
    {
        var lines = Channel.CreateUnbounded<string>();
        _ = ulong.TryParse(http.Request.Query["index"], out var from);
        lock (_gate)
        {
            if (_fault != NomadFaultMode.SilentStream)
            {
                lines.Writer.TryWrite("{}\n");
                foreach (var (index, line) in _buffer)
                {
                    if (index >= from)
                    {
                        lines.Writer.TryWrite(line);
                    }
                }
            }

            _streams.Add(lines);
        }

        http.Response.ContentType = "application/json";
        http.Response.Headers.Connection = "close";
        await http.Response.Body.FlushAsync(cancellation);
        try
        {
            while (true)
            {
                using var beat = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                beat.CancelAfter(Heartbeat);
                try
                {
                    if (!await lines.Reader.WaitToReadAsync(beat.Token))
                    {
                        http.Abort();
                        return;
                    }
                }
                catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
                {
                    if (_fault != NomadFaultMode.SilentStream)
                    {
                        lines.Writer.TryWrite("{}\n");
                    }

                    continue;
                }

                while (lines.Reader.TryRead(out var line))
                {
                    await http.Response.WriteAsync(line, cancellation);
                }

                await http.Response.Body.FlushAsync(cancellation);
            }
        }
        finally
        {
            lock (_gate)
            {
                _streams.Remove(lines);
            }
        }
    }
}
