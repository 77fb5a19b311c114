using System.Text;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Middlewares.BasicAuth;
using EdgeGateway.Proxy.Tests.Pipeline;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Middlewares.BasicAuth;

public sealed class BasicAuthWrapperTests : IDisposable
{
    private const string Slow = "a:$2y$04$abcdefghijklmnopqrstuuMFdJu9yVgmagVAIC24fOZkaFqd3s9JC";

    private readonly string _file = Path.GetTempFileName();

    public static TheoryData<ConformanceCase> Cases => ConformanceCase.All("basicAuth.json");

    public void Dispose() => File.Delete(_file);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Users_are_let_in_as_in_the_corpus(ConformanceCase test)
    {
        if (test.Has("config", "usersFileContent"))
        {
            await File.WriteAllTextAsync(_file, test.Text("config", "usersFileContent"));
        }

        BasicAuthConfig config = new()
        {
            Users = test.List("config", "users").ToConfigList(),
            UsersFile = test.Has("config", "usersFileContent") ? _file : null,
            Realm = test.Text("config", "realm"),
            HeaderField = test.Text("config", "headerField"),
            RemoveHeader = test.Flag("config", "removeHeader"),
        };
        if (test.Flag("expect", "configError"))
        {
            Assert.NotNull(MiddlewareFactoryTests.ErrorOf(new() { BasicAuth = config }));
            return;
        }

        var wrapper = Build(config);
        foreach (var (name, password) in test.Headers("expect", "accepted"))
        {
            // Twice: the second time from memory.
            Assert.Equal(200, (await AskAsync(wrapper, name, password[0])).Status);
            Assert.Equal(200, (await AskAsync(wrapper, name, password[0])).Status);
        }

        foreach (var (name, password) in test.Headers("expect", "refused"))
        {
            var refused = await AskAsync(wrapper, name, password[0]);
            Assert.Equal((401, "401 Unauthorized\n", "text/plain"), (refused.Status, refused.Body, refused.Response.Headers.ContentType.ToString()));
            Assert.Equal(test.Text("expect", "wwwAuthenticate"), refused.Response.Headers.WWWAuthenticate.ToString());
        }

        if (test.List("request", "basicAuth") is [var user, var secret])
        {
            var request = await AskAsync(wrapper, user, secret);
            Assert.Equal(test["expect", "status"].GetInt32(), request.Status);
            foreach (var (name, values) in test.Headers("expect", "backendRequestHeaders"))
            {
                Assert.Contains($"{name}: {values[0]}", request.Service.Headers.Select(static header => $"{header.Key}: {header.Value}"));
            }

            Assert.DoesNotContain(test.List("expect", "backendRequestHeadersAbsent"), request.Service.Headers.ContainsKey);
            Assert.All(test.List("expect", "backendRequestHeadersPresent"), name => Assert.Contains(name, request.Service.Headers.Keys));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Basic !!!")]
    [InlineData("Basic YQ==")] // no colon
    [InlineData("Bearer YTpi")]
    [InlineData("Basic")]
    public async Task Without_readable_credentials_the_client_is_asked_for_them(string? header)
    {
        var request = new TestRequest();
        if (header is not null)
        {
            request.Request.Headers.Authorization = header;
        }

        await request.RunAsync(Build(new() { Users = [Slow] }));

        Assert.Equal((401, 0, ""), (request.Status, request.Service.Calls, request.Context.UserName));
    }

    [Fact]
    public async Task The_log_gets_the_name_of_who_was_refused_too()
    {
        Assert.Equal("zed", (await AskAsync(Build(new() { Users = [Slow] }), "zed", "x")).Context.UserName);
        Assert.Equal("a", (await AskAsync(Build(new() { Users = [Slow] }), "a", "x")).Context.UserName);
    }

    [Fact]
    public async Task A_strangers_right_password_of_another_user_is_wrong()
    {
        var wrapper = Build(new() { Users = [Slow] });

        Assert.Equal((401, 401, 200), ((await AskAsync(wrapper, "b", "a")).Status, (await AskAsync(wrapper, "b", "a")).Status, (await AskAsync(wrapper, "a", "a")).Status));
    }

    [Fact]
    public async Task The_header_of_the_user_is_never_the_clients()
    {
        var request = new TestRequest();
        request.Request.Headers["X-User"] = "admin";
        request.Request.Headers.Authorization = Header("a", "a");

        await request.RunAsync(Build(new() { Users = [Slow], HeaderField = "x-user" }));

        Assert.Equal("x-user: a", Assert.Single(request.Service.Headers.Select(static header => $"{header.Key}: {header.Value}"), static header => header.StartsWith("x-user", StringComparison.OrdinalIgnoreCase)));
    }

    [Fact]
    public async Task Passwords_without_end_are_not_hashed()
    {
        var wrapper = Build(new() { Users = ["a:$apr1$8sFt66rZ$ZQyG/P2SewAXpDgC1ke9d0"] });

        Assert.Equal(401, (await AskAsync(wrapper, "a", new string('x', 5000))).Status);
        Assert.Equal(200, (await AskAsync(wrapper, "a", "a")).Status);
    }

    private static BasicAuthWrapper Build(BasicAuthConfig config) =>
        BasicAuthWrapper.TryCreate("m@test", config, TimeProvider.System, NullLogger.Instance, out var wrapper, out var error)
            ? wrapper
            : throw new InvalidOperationException(error);

    private static async Task<TestRequest> AskAsync(BasicAuthWrapper wrapper, string user, string password)
    {
        var request = new TestRequest();
        request.Request.Headers.Authorization = Header(user, password);
        return await request.RunAsync(wrapper);
    }

    private static string Header(string user, string password) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));
}
