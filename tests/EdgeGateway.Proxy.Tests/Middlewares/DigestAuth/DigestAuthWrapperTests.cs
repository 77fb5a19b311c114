using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Middlewares.AddPrefix;
using EdgeGateway.Proxy.Middlewares.DigestAuth;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Tests.Pipeline;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Middlewares.DigestAuth;

public sealed class DigestAuthWrapperTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();
    private readonly HandClock _clock = new();

    public static TheoryData<ConformanceCase> Cases => ConformanceCase.All("digestAuth.json");

    public void Dispose() => File.Delete(_file);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Users_are_let_in_as_in_the_corpus(ConformanceCase test)
    {
        await File.WriteAllTextAsync(_file, test.Text("config", "usersFileContent"));
        var wrapper = Build(new()
        {
            Users = test.List("config", "users").ToConfigList(), UsersFile = _file, Realm = test.Text("config", "realm"),
        });

        foreach (var (name, password) in test.Headers("expect", "accepted"))
        {
            Assert.Equal(200, (await AskAsync(wrapper, name, password[0])).Status);
        }

        foreach (var (name, password) in test.Headers("expect", "refused"))
        {
            var refused = await AskAsync(wrapper, name, password[0]);
            Assert.Equal((401, "401 Unauthorized\n", "text/plain"), (refused.Status, refused.Body, refused.Response.Headers.ContentType.ToString()));
        }
    }

    [Fact]
    public async Task Counts_may_arrive_in_any_order_but_only_once()
    {
        var wrapper = Build(One);
        var challenge = await ChallengeAsync(wrapper);

        var statuses = new List<(int, bool)>();
        foreach (var count in (int[])[1, 1, 3, 2, 2, 100, 30])
        {
            var answer = await AskAsync(wrapper, "dan", "pw", challenge, count: count);
            statuses.Add((answer.Status, IsStale(answer)));
        }

        Assert.Equal([(200, false), (401, false), (200, false), (200, false), (401, false), (200, false), (401, true)], statuses);
    }

    [Fact]
    public async Task A_right_answer_to_an_old_or_forgotten_challenge_gets_a_new_one_without_asking_the_user()
    {
        var wrapper = Build(One);
        var challenge = await ChallengeAsync(wrapper);
        _clock.Now += TimeSpan.FromMinutes(61);
        Assert.True(IsStale(await AskAsync(wrapper, "dan", "pw", challenge)));
        Assert.False(IsStale(await AskAsync(wrapper, "dan", "wrong", challenge)));

        // Another instance, such as after a restart.
        Assert.True(IsStale(await AskAsync(Build(One), "dan", "pw", await ChallengeAsync(wrapper))));
        Assert.Equal(401, (await AskAsync(wrapper, "dan", "pw", challenge.Replace("nonce=\"0", "nonce=\"1", StringComparison.Ordinal))).Status);
    }

    [Fact]
    public async Task Challenges_cost_no_memory_and_used_ones_are_not_forgotten_before_they_are_refused()
    {
        var nonces = new DigestNonces(_clock);
        var first = nonces.Make();
        Assert.Equal(NonceUse.Fresh, nonces.Use(first, 1));
        for (var i = 0; i < 5000; i++)
        {
            _clock.Now += TimeSpan.FromMilliseconds(1);
            Assert.Equal(NonceUse.Fresh, nonces.Use(nonces.Make(), 1));
        }

        // Pushed out of the table: nobody knows its counts any more, so it is not taken for new.
        Assert.Equal(NonceUse.Stale, nonces.Use(first, 1));
        Assert.Equal(NonceUse.Fresh, nonces.Use(nonces.Make(), 1));
        await Task.CompletedTask;
    }

    [Theory]
    [InlineData("/x?y=1", "/x?y=1", 200)]
    [InlineData("/x?y=1", "/x", 200)]
    [InlineData("/x?y=1", "/x?y=2", 200)] // a path in front of the request's is enough, as in Traefik
    [InlineData("/x", "/xy", 401)]
    [InlineData("/x", "/other", 401)]
    public async Task The_uri_belongs_to_the_request(string target, string uri, int status)
    {
        var wrapper = Build(One);

        Assert.Equal(status, (await AskAsync(wrapper, "dan", "pw", target: target, uri: uri)).Status);
    }

    [Fact]
    public async Task The_uri_is_the_clients_also_behind_middlewares_that_change_it()
    {
        var wrapper = Build(One);
        var challenge = await ChallengeAsync(wrapper);
        var request = new TestRequest("/x");
        request.Request.Headers.Authorization = Answer(challenge, "dan", "pw", "/x", 1);

        await request.RunAsync(new AddPrefixFilter("a@test", "/pre"), wrapper);

        Assert.Equal((200, "/pre/x"), (request.Status, request.Service.Target));
    }

    [Fact]
    public async Task The_server_is_told_who_it_is_and_not_how_they_showed_it()
    {
        var wrapper = Build(One with { HeaderField = "X-User", RemoveHeader = true });
        var challenge = await ChallengeAsync(wrapper);
        var request = new TestRequest();
        request.Request.Headers["X-User"] = "admin";
        request.Request.Headers.Authorization = Answer(challenge, "dan", "pw", "/", 1);

        await request.RunAsync(wrapper);

        Assert.Equal(("dan", "dan", false), (request.Context.UserName, request.Service.Headers["X-User"], request.Service.Headers.ContainsKey("Authorization")));
    }

    private static DigestAuthConfig One => new() { Users = ["dan:traefik:9973aaf429f68f39bc8b0ccc60bd7dc9"] };

    private DigestAuthWrapper Build(DigestAuthConfig config) =>
        DigestAuthWrapper.TryCreate("m@test", config, new DigestNonces(_clock), _clock, NullLogger.Instance, out var wrapper, out var error)
            ? wrapper
            : throw new InvalidOperationException(error);

    private static async Task<string> ChallengeAsync(MiddlewareModel wrapper) =>
        (await new TestRequest().RunAsync(wrapper)).Response.Headers.WWWAuthenticate.ToString();

    private static async Task<TestRequest> AskAsync(
        DigestAuthWrapper wrapper, string user, string password, string? challenge = null, string target = "/", string? uri = null, int count = 1)
    {
        var request = new TestRequest(target);
        request.Request.Headers.Authorization = Answer(challenge ?? await ChallengeAsync(wrapper), user, password, uri ?? target, count);
        return await request.RunAsync(wrapper);
    }

    private static string Answer(string challenge, string user, string password, string uri, int count)
    {
        string Of(string name) => Regex.Match(challenge, $"{name}=\"([^\"]*)\"").Groups[1].Value;
        var secret = Md5($"{user}:{Of("realm")}:{password}");
        var response = Md5($"{secret}:{Of("nonce")}:{count:x8}:c:auth:{Md5("GET:" + uri)}");
        return $"Digest username=\"{user}\", realm=\"{Of("realm")}\", nonce=\"{Of("nonce")}\", uri=\"{uri}\", algorithm=MD5, qop=auth, "
            + $"nc={count:x8}, cnonce=\"c\", response=\"{response}\", opaque=\"{Of("opaque")}\"";
    }

    private static bool IsStale(TestRequest answer) =>
        answer.Response.Headers.WWWAuthenticate.ToString().Contains(", stale=\"true\", algorithm", StringComparison.Ordinal);

#pragma warning disable CA5351 // RFC 7616 keeps it for old clients.
    private static string Md5(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5351

    private sealed class HandClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
