using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Middlewares.ForwardAuth;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Proxy.Tests.Pipeline;
using EdgeGateway.Testbed.Upstreams;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Middlewares.ForwardAuth;

public sealed class ForwardAuthWrapperTests
{
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["{forward.Connection}"] = "Connection", ["{forward.KeepAlive}"] = "Keep-Alive", ["{forward.ProxyAuthenticate}"] = "Proxy-Authenticate",
        ["{forward.ProxyAuthorization}"] = "Proxy-Authorization", ["{forward.Te}"] = "Te", ["{forward.Trailers}"] = "Trailers",
        ["{forward.TransferEncoding}"] = "Transfer-Encoding", ["{forward.Upgrade}"] = "Upgrade",
    };

    public static TheoryData<ConformanceCase> Headers => ConformanceCase.All("forwardAuth.json", "authRequestHeaders", "authRequestHeadersLegacy");

    public static TheoryData<ConformanceCase> Exchanges => ConformanceCase.All("forwardAuth.json", "authSigninURL", "maxResponseBodySize", "preserveRequestMethod");

    public static TheoryData<ConformanceCase> ConnectionCases => ConformanceCase.All("forwardAuth.json", "connectionHeaders");

    [Fact]
    public void All_suites_of_the_corpus_run() => Assert.Equal(
        ["authRequestHeaders", "authRequestHeadersLegacy", "authSigninURL", "connectionHeaders", "maxResponseBodySize", "preserveRequestMethod"],
        ConformanceCase.Suites("forwardAuth.json").Order());

    [Theory]
    [MemberData(nameof(Headers))]
    public void The_authentication_server_is_told_what_the_corpus_says(ConformanceCase test)
    {
        var url = new Uri(test.Text("request", "url"));
        var request = new TestRequest(url.PathAndQuery, test.Flag("request", "emptyHost") ? "" : url.Host, test.Text("request", "method"));
        foreach (var (name, values) in test.Headers("request", "headers"))
        {
            request.Request.Headers[Names.GetValueOrDefault(name, name)] = values;
        }

        var headers = new AuthRequestHeaders(new()
        {
            TrustForwardHeader = test.Has("config", "trustForwardHeader") ? test.Flag("config", "trustForwardHeader") : null,
            AuthRequestHeaders = test.List("config", "authRequestHeaders").ToConfigList(),
        }).For(request.StartRouted());

        // The corpus has no peer.
        headers.Remove("X-Forwarded-For");
        var expected = test.Headers("expect", "authRequestHeaders").ToDictionary(
            static header => Names.GetValueOrDefault(header.Name, header.Name), static header => header.Values[0], StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in expected)
        {
            // An empty one keeps Go's client from making its own; here none is made.
            Assert.Equal(value, headers.GetValueOrDefault(name).ToString());
        }

        if (test.Flag("expect", "noOtherHeaders"))
        {
            Assert.Empty(headers.Keys.Except(expected.Keys, StringComparer.OrdinalIgnoreCase));
        }
    }

    [Theory]
    [MemberData(nameof(Exchanges))]
    public async Task Clients_pass_or_not_as_in_the_corpus(ConformanceCase test)
    {
        var status = test.Has("authServerStatus") ? test["authServerStatus"].GetInt32() : test.Has("authServer") ? test["authServer", "status"].GetInt32() : 200;
        var text = test.Text("authServer", "body");
        string? asked = null;
        await using var server = ScriptedServer.Start(async connection =>
        {
            asked = await connection.ReadHeadAsync();
            await connection.SendAsync($"HTTP/1.1 {status} X\r\nContent-Length: {text.Length}\r\n\r\n{text}");
        });
        var request = new TestRequest(method: test.Has("request", "method") ? test.Text("request", "method") : "GET");
        request.Service.Write = static writer => writer.WriteAsync("traefik\n"u8.ToArray()).AsTask();

        await request.RunAsync(Build(new()
        {
            Address = server.Url + "/",
            AuthSigninURL = test.Text("config", "authSigninURL"),
            MaxResponseBodySize = test.Has("config", "maxResponseBodySize") ? test["config", "maxResponseBodySize"].GetInt64() : null,
            PreserveRequestMethod = test.Flag("config", "preserveRequestMethod"),
        }));

        if (test.Has("expect", "status"))
        {
            Assert.Equal(test["expect", "status"].GetInt32(), request.Status);
            Assert.Equal(request.Status == 200 ? 1 : 0, request.Service.Calls);
        }

        if (test.Has("expect", "location"))
        {
            Assert.Equal(test.Text("expect", "location"), request.Response.Headers.Location.ToString());
        }

        if (test.Has("expect", "body"))
        {
            Assert.Equal(test.Text("expect", "body"), request.Body);
        }

        if (test.Has("expect", "authRequestMethod"))
        {
            Assert.StartsWith(test.Text("expect", "authRequestMethod") + " / ", asked, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(ConnectionCases))]
    public void What_connection_names_is_gone_before_any_middleware(ConformanceCase test)
    {
        var headers = new HeaderDictionary();
        foreach (var (name, values) in test.Headers("request", "headers"))
        {
            headers[name] = values;
        }

        ConnectionHeaders.CleanAtEntry(headers, FrozenSet<string>.Empty);

        Assert.Equal(
            test.Headers("expect", "headers").Select(static header => $"{header.Name}: {header.Values[0]}").Order(),
            headers.Select(static header => $"{header.Key}: {header.Value}").Order());
    }

    [Fact]
    public async Task What_the_answer_says_of_the_user_replaces_what_the_client_says()
    {
        await using var server = Answering("HTTP/1.1 200 OK\r\nX-User: real\r\nX-Group-A: 1\r\nx-group-b: 2\r\nContent-Length: 0\r\nHost: evil\r\n\r\n");
        var request = new TestRequest();
        foreach (var name in (string[])["X-User", "X-Gone", "x-group-z", "X-Keep"])
        {
            request.Request.Headers[name] = "forged";
        }

        await request.RunAsync(Build(new()
        {
            Address = server.Url, AuthResponseHeaders = ["X-User", "X-Gone", "Host"], AuthResponseHeadersRegex = "^X-Group-", HeaderField = "X-User",
        }));

        Assert.Equal(
            ["Host: a.test", "X-Forwarded-For: 127.0.0.1", "X-Group-A: 1", "X-Keep: forged", "X-User: real", "x-group-b: 2"],
            request.Service.Headers.Select(static header => $"{header.Key}: {header.Value}").Order(StringComparer.Ordinal));
        Assert.Equal("real", request.Context.UserName);
    }

    [Fact]
    public async Task Named_cookies_of_the_answer_take_the_place_of_the_servers()
    {
        await using var server = Answering("HTTP/1.1 200 OK\r\nSet-Cookie: s=auth; Path=/\r\nSet-Cookie: other=auth\r\nContent-Length: 0\r\n\r\n");
        var request = new TestRequest();
        request.Service.Answer = static context => context.Http.Response.Headers.SetCookie = new(["s=server", "t=server; Secure"]);

        await request.RunAsync(Build(new() { Address = server.Url, AddAuthCookiesToResponse = ["s"] }));

        Assert.Equal(["t=server; Secure", "s=auth; Path=/"], request.Response.Headers.SetCookie.Select(static line => line));
    }

    [Theory]
    [InlineData(false, "/login", "{url}/login")]
    [InlineData(false, "https://sso.test/x", "https://sso.test/x")]
    [InlineData(true, "/login", "/login")]
    public async Task A_refusal_is_the_clients_answer_and_its_location_leads_to_the_authentication_server(bool preserve, string location, string expected)
    {
        await using var server = Answering($"HTTP/1.1 302 Found\r\nLocation: {location}\r\nConnection: X-Hop, close\r\nX-Hop: 1\r\nX-A: 1\r\nContent-Length: 2\r\n\r\ngo");
        var request = new TestRequest();

        await request.RunAsync(Build(new() { Address = server.Url + "/check", PreserveLocationHeader = preserve }));

        Assert.Equal(
            (302, "go", expected.Replace("{url}", server.Url, StringComparison.Ordinal), "1", false),
            (request.Status, request.Body, request.Response.Headers.Location.ToString(), request.Response.Headers["X-A"].ToString(), request.Response.Headers.ContainsKey("X-Hop")));
    }

    [Theory]
    [InlineData("https://sso.test/in", "https://sso.test/in")]
    [InlineData("/in?x=1", "/in?x=1")]
    [InlineData("in", "/a/in")]
    public async Task The_sign_in_page_is_absolute_or_beside_the_request(string configured, string location)
    {
        await using var server = Answering("HTTP/1.1 401 No\r\nWWW-Authenticate: X\r\nContent-Length: 2\r\n\r\nno");
        var request = new TestRequest("/a/b?q");

        await request.RunAsync(Build(new() { Address = server.Url, AuthSigninURL = configured }));

        Assert.Equal((302, location, ""), (request.Status, request.Response.Headers.Location.ToString(), request.Body));
        Assert.False(request.Response.Headers.ContainsKey("WWW-Authenticate"));
    }

    [Theory]
    [InlineData(4, 200)]
    [InlineData(3, 401)]
    [InlineData(-1, 200)]
    public async Task The_body_goes_to_both_unless_it_is_too_long(long most, int status)
    {
        string? asked = null;
        await using var server = ScriptedServer.Start(async connection =>
        {
            var head = await connection.ReadHeadAsync();
            asked = await connection.ReadBodyAsync(head!);
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        });
        var request = new TestRequest(method: "POST");
        request.Request.Headers.ContentLength = 4;
        request.Request.Body = new MemoryStream("body"u8.ToArray());
        string? passed = null;
        request.Service.Until = async () => passed = await new StreamReader(request.Context.Http.Request.BodyReader.AsStream()).ReadToEndAsync();

        await request.RunAsync(Build(new() { Address = server.Url, ForwardBody = true, MaxBodySize = most }));

        Assert.Equal((status, status == 200 ? "body" : null, status == 200 ? "body" : null), (request.Status, asked, passed));
    }

    [Fact]
    public async Task A_server_that_cannot_be_reached_is_a_500()
    {
        var request = await new TestRequest().RunAsync(Build(new() { Address = $"http://127.0.0.1:{ScriptedServer.ClosedPort()}/" }));

        Assert.Equal((500, "", 0), (request.Status, request.Body, request.Service.Calls));
    }

    [Theory]
    [InlineData(true, false, 200)]
    [InlineData(false, true, 200)]
    [InlineData(false, false, 500)]
    public async Task The_servers_certificate_is_verified(bool knowsRoot, bool skips, int status)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var template = new CertificateRequest("CN=auth", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        template.CertificateExtensions.Add(names.Build());
        template.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = template.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using var server = ScriptedServer.Start(
            async connection =>
            {
                await connection.ReadHeadAsync();
                await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            },
            certificate: certificate);
        var request = new TestRequest();

        await request.RunAsync(Build(new()
        {
            Address = server.Url, Tls = new() { Ca = knowsRoot ? certificate.ExportCertificatePem() : null, InsecureSkipVerify = skips },
        }));

        Assert.Equal(status, request.Status);
        Assert.All(server.Heads, head => Assert.Contains($"Host: 127.0.0.1:{server.Port}\r\n", head, StringComparison.Ordinal));
    }

    [Fact]
    public void Bad_settings_are_named()
    {
        Assert.Contains("address \"\"", MiddlewareFactoryTests.ErrorOf(new() { ForwardAuth = new() }), StringComparison.Ordinal);
        Assert.Contains("ftp://x", MiddlewareFactoryTests.ErrorOf(new() { ForwardAuth = new() { Address = "ftp://x" } }), StringComparison.Ordinal);
        Assert.Contains("(", MiddlewareFactoryTests.ErrorOf(new() { ForwardAuth = new() { Address = "http://x", AuthResponseHeadersRegex = "(" } }), StringComparison.Ordinal);
        Assert.Contains("/does/not/exist", MiddlewareFactoryTests.ErrorOf(new() { ForwardAuth = new() { Address = "https://x", Tls = new() { Ca = "/does/not/exist" } } }), StringComparison.Ordinal);
    }

    private static ScriptedServer Answering(string answer) => ScriptedServer.Start(async connection =>
    {
        await connection.ReadHeadAsync();
        await connection.SendAsync(answer);
    });

    private static MiddlewareModel Build(ForwardAuthConfig config) =>
        new EdgeGateway.Proxy.Middlewares.MiddlewareFactory(new()).TryCreate("m@test", new() { ForwardAuth = config }, "r@test", out var model, out var error)
            ? model
            : throw new InvalidOperationException(error);
}
