using System.IO.Pipelines;
using System.Net;
using System.Text;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.EntryPoints;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Routing;
using EdgeGateway.Proxy.Services;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Pipeline;

/// <summary>A request without a socket: the features that an HTTP engine would give, and what comes of it.</summary>
internal sealed class TestRequest
{
    private readonly MemoryStream _body = new();

    public TestRequest(string target = "/", string? host = "a.test", string method = "GET", string protocol = "HTTP/1.1")
    {
        Request = new HttpRequestFeature { Method = method, RawTarget = target, Protocol = protocol, Scheme = "http", Headers = new HeaderDictionary() };
        if (host is not null)
        {
            Request.Headers.Host = host;
        }

        Features.Set<IHttpRequestFeature>(Request);
        Features.Set<IHttpResponseFeature>(Response);
        Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(_body));
        Features.Set<IHttpRequestLifetimeFeature>(new HttpRequestLifetimeFeature());
    }

    public FeatureCollection Features { get; } = new();

    public HttpRequestFeature Request { get; }

    public HttpResponseFeature Response { get; } = new() { Headers = new HeaderDictionary() };

    public Connection Connection { get; set; } = Peer("127.0.0.1", 40000);

    public GatewayContext Context { get; } = new();

    public int Status => Response.StatusCode;

    public string Body => Encoding.UTF8.GetString(_body.ToArray());

    public byte[] Bytes => _body.ToArray();

    public static Connection Peer(string address, int port, bool tls = false) => new()
    {
        EntryPoint = "web",
        Peer = new IPEndPoint(IPAddress.Parse(address), port),
        Local = new IPEndPoint(IPAddress.Loopback, 80),
        IsTls = tls,
    };

    public static EntryPointRequestModel EntryPoint(EntryPointConfig? config = null, string name = "web") =>
        EntryPointRequestModel.TryCreate(name, config ?? new(), "machine", out var model, out var error)
            ? model
            : throw new InvalidOperationException(error);

    /// <summary>Takes the request up without handling it.</summary>
    public GatewayContext Start()
    {
        Context.Initialize(Features, Connection);
        return Context;
    }

    /// <summary>Takes the request up as if the entry point had read target and host.</summary>
    public GatewayContext StartRouted()
    {
        Start();
        var fault = RequestTargetParser.Parse(Request.RawTarget, Request.Method, new(true, false), out var target, out var authority);
        Assert.Equal(TargetFault.None, fault);
        Context.SetRequest(target, authority ?? Request.Headers.Host.ToString());
        return Context;
    }

    public async Task<TestRequest> HandleAsync(GatewayHandler handler)
    {
        await handler.HandleAsync(Start());
        await Features.Get<IHttpResponseBodyFeature>()!.Writer.FlushAsync();
        return this;
    }

    /// <summary>Runs middlewares around a service, the head of whose answer the response filters see.</summary>
    public async Task<TestRequest> RunAsync(params MiddlewareModel[] middlewares)
    {
        await RequestPipeline.Build(middlewares, Service).InvokeAsync(StartRouted());
        await Features.Get<IHttpResponseBodyFeature>()!.Writer.FlushAsync();
        return this;
    }

    public RecordingService Service { get; } = new();
}

/// <summary>Answers every request and keeps what it was given.</summary>
internal sealed class RecordingService(string name = "recording@test") : HttpServiceModel(name)
{
    public int Calls { get; private set; }

    public string? Target { get; private set; }

    public string? Host { get; private set; }

    public Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    public Action<GatewayContext>? Answer { get; set; }

    public Func<Task>? Until { get; set; }

    /// <summary>Writes the body, once the head is complete.</summary>
    public Func<PipeWriter, Task>? Write { get; set; }

    public override async ValueTask HandleAsync(GatewayContext context)
    {
        context.PrepareUpstream(); // as every service that has servers
        Calls++;
        Target = context.Upstream.Target;
        Host = context.Upstream.Host;
        Headers.Clear();
        foreach (var (key, values) in context.Http.Request.Headers)
        {
            Headers[key] = string.Join(" | ", values.ToArray());
        }

        if (Until is not null)
        {
            await Until();
        }

        context.Http.Response.StatusCode = 200;
        Answer?.Invoke(context);
        context.RunResponseFilters();
        if (Write is not null)
        {
            await context.Http.Response.StartAsync();
            await Write(context.Http.Response.BodyWriter);
        }
    }
}

/// <summary>A rule of code.</summary>
internal sealed class TestRule(Func<EdgeGateway.Rules.Http.HttpRequestView, bool> matches, params string[]? hosts) : RouteRule
{
    public static TestRule Any { get; } = new(static _ => true, null);

    public override IReadOnlyList<string>? Hosts => hosts;

    public override bool Matches(EdgeGateway.Rules.Http.HttpRequestView request) => matches(request);

    /// <summary>The meaning of <c>Host(...)</c>.</summary>
    public static TestRule Host(params string[] names) => new(request => names.Any(name => HostMatches(name, request.CanonicalHost)), names);

    public static bool HostMatches(string name, string host)
    {
        return Equal(name, host) || (host.EndsWith('.') && Equal(name, host[..^1]))
            || (name.EndsWith('.') && (Equal(name[..^1], host) || (host.EndsWith('.') && Equal(name[..^1], host[..^1]))));

        static bool Equal(string name, string host) =>
            host.Length > 0 && (name.StartsWith('*')
                ? name.Equals("*" + (host.IndexOf('.') is var dot and >= 0 ? host[dot..] : ""), StringComparison.OrdinalIgnoreCase)
                : name.Equals(host, StringComparison.OrdinalIgnoreCase));
    }
}
