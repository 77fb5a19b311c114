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

    private async Task<Stage> StartAsync(string file)
    {
        File.WriteAllText(Path.Join(_root.FullName, "services.yml"), file);
        var stage = await Stage.StartAsync(static _ => { }, more: [$"--providers.file.directory={_root.FullName}"]);
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
