using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using EdgeGateway.Testbed.Nomad;
using Xunit;

namespace EdgeGateway.Nomad.Tests.Testbed;

/// <summary>The stand-in must behave as the recordings say, or the other tests prove nothing.</summary>
public sealed class EmbeddedNomadTests
{
    [Fact]
    public async Task The_stream_has_the_head_and_the_first_line_of_the_recordings()
    {
        var open = Recordings.Steps("b1-run-scale-tags.json").First(static s => s.TryGetProperty("open", out _)).GetProperty("open");
        await using var nomad = await EmbeddedNomad.StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", new Uri(nomad.Url).Port);
        await client.GetStream().WriteAsync("GET /v1/event/stream?topic=Service&index=1 HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        var expected = open.GetProperty("status_line").GetString() + "\r\n"
            + string.Concat(open.GetProperty("headers").EnumerateArray().Select(static h => $"{h[0].GetString()}: {h[1].GetString()}\r\n")) + "\r\n{}\n";
        var got = new byte[Encoding.ASCII.GetByteCount(expected)];
        await client.GetStream().ReadExactlyAsync(got);
        Assert.Equal(expected, Encoding.ASCII.GetString(got));
    }

    [Fact]
    public async Task Lines_of_the_stream_have_the_keys_and_the_order_of_the_recordings()
    {
        var recorded = Recordings.Steps("b1-run-scale-tags.json")
            .Where(static s => s.TryGetProperty("stream", out var name) && name.GetString() == "s1-service" && s.TryGetProperty("line", out var line) && line.GetString() != "{}")
            .Select(static s => JsonDocument.Parse(s.GetProperty("line").GetString()!).RootElement).First();
        await using var nomad = await EmbeddedNomad.StartAsync();
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler());
        using var response = await invoker.SendAsync(new HttpRequestMessage(HttpMethod.Get, nomad.Url + "/v1/event/stream?topic=Service"), CancellationToken.None);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        Assert.Equal("{}", await reader.ReadLineAsync());
        nomad.Register("a", "web", 8080, "x=`y`");
        var line = JsonDocument.Parse((await reader.ReadLineAsync())!).RootElement;
        Assert.Equal(Keys(recorded), Keys(line));
    }

    [Fact]
    public async Task An_instance_is_listed_before_it_listens_and_unlisted_before_it_closes()
    {
        await using var nomad = await EmbeddedNomad.StartAsync();
        var seen = new ConcurrentQueue<string>();
        await using var job = new EmbeddedJob(
            nomad, "web", [], new JobTimes { Listen = TimeSpan.FromMilliseconds(20), MinHealthy = TimeSpan.FromMilliseconds(1) },
            (name, port) =>
            {
                seen.Enqueue($"open, listed {nomad.Registered("web").Any(r => r.Port == port)}");
                return Task.FromResult<IAsyncDisposable>(new Program(() => seen.Enqueue($"close, listed {nomad.Registered("web").Any(r => r.Port == port)}")));
            });
        await job.ScaleAsync(1);
        await job.RollingDeployAsync();
        Assert.Equal(["open, listed True", "close, listed False", "open, listed True"], seen);
        Assert.Single(nomad.Registered("web"));
    }

    [Fact]
    public async Task A_crashed_instance_stays_listed_and_a_restarted_one_keeps_its_ID()
    {
        await using var nomad = await EmbeddedNomad.StartAsync();
        await using var job = new EmbeddedJob(nomad, "web", [], new JobTimes { Restart = TimeSpan.FromMilliseconds(50) });
        await job.ScaleAsync(1);
        var before = Assert.Single(nomad.Registered("web"));
        var crash = job.CrashAsync();
        Assert.Equal(before, Assert.Single(nomad.Registered("web")));
        await crash;
        await job.RestartAsync();
        var after = Assert.Single(nomad.Registered("web"));
        Assert.Equal(before.Id, after.Id);
        Assert.True(after.CreateIndex > before.CreateIndex);
    }

    [Fact]
    public async Task An_unchanged_registration_writes_nothing()
    {
        await using var nomad = await EmbeddedNomad.StartAsync();
        nomad.Register("a", "web", 8080, "t");
        var index = nomad.Index;
        nomad.Register("a", "web", 8080, "t");
        Assert.Equal(index, nomad.Index);
    }

    [Fact]
    public async Task As_a_process_of_its_own_it_is_driven_by_its_control_port()
    {
        using var stop = new CancellationTokenSource();
        await using var ready = new ReadyLine();
        var run = EmbeddedNomadProgram.RunAsync([], ready, stop.Token);
        var addresses = JsonDocument.Parse(await ready.Line.WaitAsync(TimeSpan.FromSeconds(60))).RootElement;
        var control = addresses.GetProperty("control").GetString();
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler());
        async Task<string> Post(string path)
        {
            using var answer = await invoker.SendAsync(new HttpRequestMessage(HttpMethod.Post, control + path), CancellationToken.None);
            Assert.True(answer.IsSuccessStatusCode, path);
            return await answer.Content.ReadAsStringAsync();
        }

        await using var provider = new RunningProvider(new NomadProviderOptions { Address = addresses.GetProperty("nomad").GetString()! }, new NomadTimings());
        await provider.ConnectedAsync();
        await Post("/register?id=a&service=web&port=8080&tag=x%3D1&tag=y");
        await provider.UntilAsync(static list => list is [{ Id: "a", Port: 8080, Tags: ["x=1", "y"] }], "the registration");
        await Post("/job?service=api&count=2&listen=1&healthy=1");
        await provider.UntilAsync(static list => list.Length == 3, "the job");
        var ids = provider.Latest.Select(static i => i.Id).ToHashSet();
        await Post("/deploy?service=api&tag=v2");
        await provider.UntilAsync(list => list.Count(i => i.Tags is ["v2"] && !ids.Contains(i.Id)) == 2, "the deploy");
        await Post("/deregister?id=a");
        await provider.UntilAsync(static list => list.Length == 2, "the removal");
        await Post("/fault?mode=Refuse");
        await provider.LoggedAsync("EG-NOMAD-UNREACHABLE");
        await Post("/fault?mode=None");
        Assert.Contains("/v1/services", await Post("/counters"), StringComparison.Ordinal);
        await stop.CancelAsync();
        Assert.Equal(0, await run.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    private static string Keys(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "{" + string.Join(",", element.EnumerateObject().Select(static p => p.Name + Keys(p.Value))) + "}",
        JsonValueKind.Array => "[" + (element.GetArrayLength() > 0 && element[0].ValueKind == JsonValueKind.Object ? Keys(element[0]) : "") + "]",
        _ => "",
    };

    private sealed class Program(Action close) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            close();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class ReadyLine : StringWriter
    {
        private readonly TaskCompletionSource<string> _line = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> Line => _line.Task;

        public override Task WriteLineAsync(string? value)
        {
            _line.TrySetResult(value ?? "");
            return Task.CompletedTask;
        }
    }
}
