using System.Net;
using System.Text;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Integration;

/// <summary>Passwords through the real executable.</summary>
public sealed class AuthenticationTests : IDisposable
{
    // bcrypt at cost 10 of "secret".
    private const string Hash = "$2y$10$N9qo8uLOickgx2ZMRZoMyecBPBZPbMY9K9Iy/VaK.7YTHTLYF41De";

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task Strangers_who_guess_passwords_hold_up_neither_known_users_nor_open_routes()
    {
        await using var server = ScriptedServer.Answering("ok");
        await using var stage = await Stage.StartAsync(
            n =>
            {
                n.Register("a1", "a", server.Port, "traefik.http.routers.a.rule=Host(`a.test`)", "traefik.http.routers.a.middlewares=auth",
                    $"traefik.http.middlewares.auth.basicauth.users=ann:{Hash}");
                n.Register("b1", "b", server.Port, "traefik.http.routers.b.rule=Host(`b.test`)");
            },
            more: ["--accesslog=true"]);
        await stage.Gateway.ListeningAsync(stage.Web);
        using var client = Stage.Client(stage.Web);
        Assert.Equal(200, await AskAsync(client, "ann", "secret"));

        // 500 different guesses at once: one after the other they would take half a minute of one processor.
        var guesses = Enumerable.Range(0, 500).Select(i => AskAsync(client, "ann", $"guess-{i}")).ToArray();
        var refused = 0;
        while (refused == 0)
        {
            refused = (await Task.WhenAll(guesses.Where(static guess => guess.IsCompletedSuccessfully))).Count(static status => status == 503);
            Assert.Equal(200, await AskAsync(client, "ann", "secret"));
            Assert.Equal("ok", await Stage.GetAsync(client, "http://b.test/"));
        }

        Assert.Contains(guesses, static guess => !guess.IsCompleted);
        Assert.All(await Task.WhenAll(guesses), static status => Assert.True(status is 401 or 503));
        await stage.Gateway.LoggedAsync("- ann [");
        Assert.DoesNotContain("guess-", stage.Gateway.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", stage.Gateway.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_users_file_that_changes_is_read_again_and_a_bad_one_disables_its_router_by_name()
    {
        await File.WriteAllTextAsync(_file, "# users\nann:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n");
        await using var server = ScriptedServer.Answering("ok");
        await using var stage = await Stage.StartAsync(n => n.Register(
            "a1", "a", server.Port, "traefik.http.routers.a.rule=Host(`a.test`)", "traefik.http.routers.a.middlewares=auth",
            $"traefik.http.middlewares.auth.basicauth.usersfile={_file}",
            "traefik.http.routers.c.rule=Host(`c.test`)", "traefik.http.routers.c.middlewares=bad", "traefik.http.middlewares.bad.basicauth.users=s3cret"));
        await stage.Gateway.ListeningAsync(stage.Web);
        using var client = Stage.Client(stage.Web);
        Assert.Equal((200, 401), (await AskAsync(client, "ann", "secret"), await AskAsync(client, "bob", "secret")));

        await File.WriteAllTextAsync(_file, "bob:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n# more\n");
        await stage.UntilAsync(async () => await AskAsync(client, "bob", "secret") == 200, TimeSpan.FromSeconds(20));
        Assert.Equal(401, await AskAsync(client, "ann", "secret"));

        await File.WriteAllTextAsync(_file, "s3cret\n");
        await stage.UntilAsync(async () => await AskAsync(client, "bob", "secret") == 200 && stage.Gateway.Logged("EG-AUTH-FILE") == 1, TimeSpan.FromSeconds(20));

        await stage.Gateway.LoggedAsync("users[0]: an entry must be name:hash");
        Assert.DoesNotContain("s3cret", stage.Gateway.Log, StringComparison.Ordinal);
    }

    private static async Task<int> AskAsync(HttpMessageInvoker client, string user, string password)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://a.test/");
        request.Headers.Add("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
        using var answer = await client.SendAsync(request, limit.Token);
        Assert.True(answer.StatusCode != HttpStatusCode.ServiceUnavailable || answer.Headers.RetryAfter?.Delta == TimeSpan.FromSeconds(1));
        return (int)answer.StatusCode;
    }
}
