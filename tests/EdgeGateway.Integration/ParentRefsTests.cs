using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Integration;

/// <summary>Routers below routers through the real executable: a parent authenticates, its children choose by what it learnt.</summary>
public sealed class ParentRefsTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("edge-parents-");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public async Task A_parent_asks_who_it_is_and_its_children_choose_by_the_answer()
    {
        await using var auth = await Whoami.StartAsync("auth");
        auth.Handler = static http =>
        {
            var role = http.Request.Headers["X-Name"].ToString() switch { "eve" => "", "root" => "admin", _ => "user" };
            http.Response.StatusCode = role.Length == 0 ? 401 : 200;
            http.Response.Headers["X-Role"] = role;
            return Task.FromResult(true);
        };
        await using var admins = await Whoami.StartAsync("admins");
        await using var users = await Whoami.StartAsync("users");
        var path = Path.Join(_root.FullName, "dyn.yml");
        await File.WriteAllTextAsync(path, $$$"""
            http:
              routers:
                api: {rule: "Host(`a.test`) && PathPrefix(`/api`)", middlewares: [auth, again]}
                admins: {rule: "Header(`X-Role`, `admin`)", service: admins, parentRefs: [api]}
                users: {rule: "HeaderRegexp(`X-Role`, `.+`) && !PathPrefix(`/api/admin`)", service: users, parentRefs: [api]}
                dead: {rule: "Path(`/api/dead`)", priority: 1000, service: dead, parentRefs: [api]}
                lost: {rule: "PathPrefix(`/`)", service: users, parentRefs: [apl]}
              middlewares:
                again: {retry: {attempts: 3}}
                auth: {forwardAuth: {address: "http://127.0.0.1:{{{auth.Port}}}", authResponseHeaders: [X-Role]}}
              services:
                admins: {loadBalancer: {servers: [{url: "http://127.0.0.1:{{{admins.Port}}}"}]}}
                dead: {loadBalancer: {servers: [{url: "http://127.0.0.1:{{{ScriptedServer.ClosedPort()}}}"}]}}
                users: {loadBalancer: {servers: [{url: "http://127.0.0.1:{{{users.Port}}}"}]}}
            """);
        await using var stage = await Stage.StartAsync(
            static _ => { }, more: [$"--providers.file.filename={path}", "--accesslog=true", "--accesslog.format=json", "--metrics.prometheus.addRoutersLabels=true"]);
        await stage.Gateway.ListeningAsync(stage.Web);
        await stage.Gateway.LoggedAsync("EG-ROUTER-PARENT");
        await stage.UntilAsync(async () => await stage.GetAsync("a.test", "/api") is not "404", TimeSpan.FromSeconds(20));

        using var client = Stage.Client(stage.Web);
        Assert.Equal("Name: admins", await AskAsync("root", "/api/admin"));
        Assert.Equal("Name: users", await AskAsync("ann", "/api/x"));
        Assert.Equal("404", await AskAsync("ann", "/api/admin"));
        Assert.Equal("401", await AskAsync("eve", "/api/x"));
        Assert.Equal("502", await AskAsync("none", "/api/dead"));

        await stage.Gateway.LoggedAsync("\"RouterName\":\"api@file -> admins@file\"");
        await stage.Gateway.LoggedAsync("\"RouterName\":\"api@file -> users@file\"");

        // However often the parent repeated it.
        await stage.Gateway.LoggedAsync("\"RouterName\":\"api@file -> dead@file\"");
        using var admin = Stage.Client(stage.Admin);
        var metrics = await Stage.GetAsync(admin, "http://localhost/metrics");
        Assert.Contains("traefik_router_requests_total{code=\"200\",method=\"GET\",protocol=\"http\",router=\"admins@file\",service=\"admins@file\"} 1", metrics, StringComparison.Ordinal);
        Assert.Contains("traefik_router_requests_total{code=\"200\",method=\"GET\",protocol=\"http\",router=\"api@file\",service=\"api@file-muxer\"}", metrics, StringComparison.Ordinal);

        var routers = await stage.ApiAsync("/api/http/routers");
        var byName = routers.EnumerateArray().ToDictionary(static router => router.GetProperty("name").GetString()!);
        Assert.Equal(["api@file"], byName["admins@file"].GetProperty("parentRefs").EnumerateArray().Select(static name => name.GetString()));
        Assert.Equal(("enabled", "enabled", "disabled"), (Status("api@file"), Status("users@file"), Status("lost@file")));
        Assert.Contains("did you mean \"api@file\"?", byName["lost@file"].GetProperty("error")[0].GetString(), StringComparison.Ordinal);

        Assert.Contains("<td>below api@file<td>", await Stage.GetAsync(admin, "http://localhost/dashboard/"), StringComparison.Ordinal);

        string Status(string name) => byName[name].GetProperty("status").GetString()!;

        async Task<string> AskAsync(string name, string target)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"http://a.test{target}") { Headers = { { "X-Name", name }, { "X-Role", "admin" } } };
            using var answer = await client.SendAsync(request, CancellationToken.None);
            return answer.IsSuccessStatusCode ? (await answer.Content.ReadAsStringAsync()).Split('\n')[0] : $"{(int)answer.StatusCode}";
        }
    }
}
