using System.Net;
using System.Text.Json;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Integration;

/// <summary>Kinds of services through the real executable, from a dynamic file.</summary>
public sealed class ServiceTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("edge-services-");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public async Task A_client_stays_with_its_service_and_its_server_by_two_cookies()
    {
        await using var a = await Whoami.StartAsync("a");
        await using var b = await Whoami.StartAsync("b");
        await using var c = await Whoami.StartAsync("c");
        await using var stage = await StartAsync($$$$"""
            http:
              routers:
                w: {rule: Host(`w.test`), service: w}
              services:
                w: {weighted: {sticky: {cookie: {name: outer, httpOnly: true, sameSite: lax}}, services: [{name: one, weight: 2}, {name: two, weight: 1}]}}
                one: {loadBalancer: {sticky: {cookie: {name: inner, maxAge: 60}}, servers: [{url: "http://127.0.0.1:{{{{a.Port}}}}"}, {url: "http://127.0.0.1:{{{{b.Port}}}}"}]}}
                two: {loadBalancer: {servers: [{url: "http://127.0.0.1:{{{{c.Port}}}}"}]}}
            """);

        var names = new HashSet<string>();
        for (var i = 0; i < 9; i++)
        {
            var (name, cookies) = await AskAsync(stage, "w.test");
            names.Add(name);
            Assert.EndsWith("; Path=/; HttpOnly; SameSite=Lax", cookies[0], StringComparison.Ordinal);
            Assert.Equal(name == "c" ? 1 : 2, cookies.Length);
            Assert.All(cookies.Skip(1), static cookie => Assert.EndsWith("; Path=/; Max-Age=60", cookie, StringComparison.Ordinal));
            var sent = string.Join("; ", cookies.Select(static cookie => cookie[..cookie.IndexOf(';', StringComparison.Ordinal)]));
            for (var again = 0; again < 3; again++)
            {
                var (kept, none) = await AskAsync(stage, "w.test", sent);
                Assert.Equal(name, kept);
                Assert.Empty(none);
            }
        }

        Assert.Equal(["a", "b", "c"], names.Order());
    }

    [Fact]
    public async Task A_client_whose_server_died_moves_with_a_new_cookie_and_no_error()
    {
        await using var a = await Whoami.StartAsync("a");
        var b = await Whoami.StartAsync("b");
        await using var stage = await StartAsync($$$$"""
            http:
              routers:
                s: {rule: Host(`s.test`), service: s}
              services:
                s: {loadBalancer: {sticky: {cookie: {name: ck}}, servers: [{url: "http://127.0.0.1:{{{{a.Port}}}}"}, {url: "http://127.0.0.1:{{{{b.Port}}}}"}]}}
            """);
        string name, cookie;
        do
        {
            (name, var cookies) = await AskAsync(stage, "s.test");
            cookie = cookies[0][..cookies[0].IndexOf(';', StringComparison.Ordinal)];
        }
        while (name != "b");

        await b.DisposeAsync();

        var (moved, set) = await AskAsync(stage, "s.test", cookie);
        Assert.Equal("a", moved);
        Assert.NotEqual(cookie, Assert.Single(set)[..cookie.Length]);
    }

    [Fact]
    public async Task Checked_servers_get_requests_while_they_are_up_and_the_API_says_which_are()
    {
        await using var a = await Whoami.StartAsync("a");
        await using var b = await Whoami.StartAsync("b");
        var sick = new HashSet<string>();
        a.Handler = http => AnswerCheckAsync(http, sick, "a");
        b.Handler = http => AnswerCheckAsync(http, sick, "b");
        await using var stage = await StartAsync($$$$"""
            http:
              routers:
                s: {rule: Host(`s.test`), service: s}
                w: {rule: Host(`w.test`), service: w}
                f: {rule: Host(`f.test`), service: f}
              services:
                s: {loadBalancer: {healthCheck: {path: /health, interval: 100ms}, servers: [{url: "http://127.0.0.1:{{{{a.Port}}}}"}, {url: "http://127.0.0.1:{{{{b.Port}}}}"}]}}
                w: {weighted: {healthCheck: {}, services: [{name: s, weight: 1}, {name: none, weight: 1}]}}
                none: {loadBalancer: {healthCheck: {path: /health}, servers: []}}
                f: {weighted: {services: [{name: s}, {name: b}]}}
                b: {loadBalancer: {servers: [{url: "http://127.0.0.1:{{{{b.Port}}}}"}]}}
            """);
        Assert.Equal(["a", "b"], await NamesAsync(stage, "s.test"));

        Set(sick, "a");
        await StatusAsync(stage, a, "DOWN");
        await stage.Gateway.LoggedAsync("[EG-HEALTH]");
        Assert.Equal(["b"], await NamesAsync(stage, "s.test"));
        Assert.Equal(["b"], await NamesAsync(stage, "w.test"));

        Assert.Contains($"traefik_service_server_up{{service=\"s@file\",url=\"http://127.0.0.1:{a.Port}\"}} 0\n", await MetricsAsync(stage), StringComparison.Ordinal);
        Set(sick, "b");
        await StatusAsync(stage, b, "DOWN");
        Assert.Equal(("503", "503"), (await stage.GetAsync("s.test"), await stage.GetAsync("w.test")));
        Assert.Equal(["b"], await NamesAsync(stage, "f.test"));

        Set(sick, "b", false);
        await StatusAsync(stage, b, "UP");
        Assert.Equal(["b"], await NamesAsync(stage, "w.test"));
    }

    [Fact]
    public async Task A_server_that_fails_too_often_gets_no_requests_for_a_while()
    {
        await using var a = await Whoami.StartAsync("a");
        await using var b = await Whoami.StartAsync("b");
        a.Handler = static http =>
        {
            http.Response.StatusCode = 500;
            return Task.FromResult(true);
        };
        await using var stage = await StartAsync($$$$"""
            http:
              routers:
                s: {rule: Host(`s.test`), service: s}
              services:
                s: {loadBalancer: {passiveHealthCheck: {failureWindow: 2s, maxFailedAttempts: 2}, servers: [{url: "http://127.0.0.1:{{{{a.Port}}}}"}, {url: "http://127.0.0.1:{{{{b.Port}}}}"}]}}
            """);

        var failed = 0;
        for (var i = 0; i < 10; i++)
        {
            failed += await stage.GetAsync("s.test") == "500" ? 1 : 0;
        }

        Assert.Equal(2, failed);
        await stage.Gateway.LoggedAsync("[EG-HEALTH-PASSIVE]");
        a.Handler = null;
        await stage.Gateway.LoggedAsync("In service again");
        Assert.Equal(["a", "b"], await NamesAsync(stage, "s.test"));
    }

    [Fact]
    public async Task A_check_that_cannot_be_made_is_named_and_costs_nothing_else()
    {
        await using var a = await Whoami.StartAsync("a");
        await using var stage = await StartAsync($$$$"""
            http:
              routers:
                s: {rule: Host(`s.test`), service: s}
              services:
                s: {loadBalancer: {healthCheck: {path: "http://elsewhere/health", interval: 50ms}, servers: [{url: "http://127.0.0.1:{{{{a.Port}}}}"}]}}
            """);

        await stage.Gateway.LoggedAsync("healthCheck.path \"http://elsewhere/health\" is not a path relative to the server");
        Assert.Equal(["a"], await NamesAsync(stage, "s.test"));
        Assert.Equal("warning", (await stage.ApiAsync("/api/http/services/s@file")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Mirrors_get_copies_and_a_fallback_answers_where_the_main_service_fails()
    {
        await using var main = await Whoami.StartAsync("main");
        await using var copy = await Whoami.StartAsync("copy");
        var bodies = new System.Collections.Concurrent.ConcurrentQueue<string>();
        main.Handler = static http =>
        {
            http.Response.StatusCode = http.Request.Path == "/fail" ? 503 : 200;
            return Task.FromResult(http.Request.Path == "/fail");
        };
        copy.Handler = async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            bodies.Enqueue($"{http.Request.Path} {await reader.ReadToEndAsync()}");
            return false;
        };
        await using var stage = await StartAsync($$$$"""
            http:
              routers:
                m: {rule: Host(`m.test`), service: m}
                f: {rule: Host(`f.test`), service: f}
              middlewares:
                api: {addPrefix: {prefix: /api}}
              services:
                m: {mirroring: {service: main, mirrors: [{name: copy, percent: 50}]}}
                f: {failover: {service: main, fallback: prefixed, errors: {status: ["500-599"], maxRequestBodyBytes: 10}}}
                main: {loadBalancer: {servers: [{url: "http://127.0.0.1:{{{{main.Port}}}}"}]}}
                copy: {loadBalancer: {servers: [{url: "http://127.0.0.1:{{{{copy.Port}}}}"}]}}
                prefixed: {middlewares: [api], loadBalancer: {servers: [{url: "http://127.0.0.1:{{{{copy.Port}}}}"}]}}
            """);

        for (var i = 0; i < 4; i++)
        {
            Assert.Equal("main", await PostAsync(stage, "m.test", "/", $"body {i}"));
        }

        await stage.UntilAsync(() => Task.FromResult(bodies.Count == 2), TimeSpan.FromSeconds(20));
        Assert.Equal(["/ body 0", "/ body 2"], bodies.Order());

        Assert.Equal("main", await PostAsync(stage, "f.test", "/", "ten bytes!"));
        Assert.Equal("copy", await PostAsync(stage, "f.test", "/fail", "ten bytes!"));
        Assert.Equal("/api/fail ten bytes!", bodies.Last());
        Assert.Equal("413", await PostAsync(stage, "f.test", "/fail", "eleven byte"));
    }

    private static async Task<string> MetricsAsync(Stage stage)
    {
        using var client = Stage.Client(stage.Admin);
        return await Stage.GetAsync(client, "http://localhost/metrics");
    }

    private static async Task<string> PostAsync(Stage stage, string host, string path, string body)
    {
        using var client = Stage.Client(stage.Web);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var answer = await client.SendAsync(new(HttpMethod.Post, $"http://{host}{path}") { Content = new StringContent(body) }, limit.Token);
        return answer.StatusCode == HttpStatusCode.OK
            ? (await answer.Content.ReadAsStringAsync(limit.Token)).Split('\n')[0]["Name: ".Length..].Trim()
            : $"{(int)answer.StatusCode}";
    }

    private static Task<bool> AnswerCheckAsync(Microsoft.AspNetCore.Http.HttpContext http, HashSet<string> sick, string name)
    {
        if (http.Request.Path != "/health")
        {
            return Task.FromResult(false);
        }

        lock (sick)
        {
            http.Response.StatusCode = sick.Contains(name) ? 503 : 200;
        }

        return Task.FromResult(true);
    }

    private static void Set(HashSet<string> sick, string name, bool isSick = true)
    {
        lock (sick)
        {
            _ = isSick ? sick.Add(name) : sick.Remove(name);
        }
    }

    private static async Task StatusAsync(Stage stage, Whoami server, string status) => await stage.UntilAsync(
        async () => (await stage.ApiAsync("/api/http/services/s@file")).GetProperty("serverStatus").GetProperty($"http://127.0.0.1:{server.Port}").GetString() == status,
        TimeSpan.FromSeconds(20));

    private static async Task<IEnumerable<string>> NamesAsync(Stage stage, string host)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 6; i++)
        {
            names.Add((await AskAsync(stage, host)).Name);
        }

        return names;
    }

    private async Task<Stage> StartAsync(string file)
    {
        File.WriteAllText(Path.Join(_root.FullName, "services.yml"), file);
        var stage = await Stage.StartAsync(static _ => { }, more: [$"--providers.file.directory={_root.FullName}", "--metrics.prometheus=true"]);
        await stage.Gateway.ListeningAsync(stage.Web);
        return stage;
    }

    private static async Task<(string Name, string[] Cookies)> AskAsync(Stage stage, string host, string? cookie = null)
    {
        using var client = Stage.Client(stage.Web);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{host}/");
        if (cookie is not null)
        {
            request.Headers.Add("Cookie", cookie);
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var answer = await client.SendAsync(request, limit.Token);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var body = await answer.Content.ReadAsStringAsync(limit.Token);
        var name = body.Split('\n')[0]["Name: ".Length..].Trim();
        return (name, answer.Headers.TryGetValues("Set-Cookie", out var cookies) ? [.. cookies] : []);
    }
}
