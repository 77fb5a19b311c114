using System.Reflection;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Snapshots;
using EdgeGateway.Proxy.Snapshots.Middlewares;
using EdgeGateway.Proxy.Snapshots.Routers;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Snapshots;

/// <summary>Whatever the schema knows either works or disables its router with a message that says so; nothing is left out silently.</summary>
public sealed class UnsupportedKindsTests
{
    // Kinds that are built, each with settings that make it complete. A kind that gets built moves here.
    private static readonly Dictionary<string, MiddlewareConfig> Built = new(StringComparer.Ordinal)
    {
        ["addPrefix"] = new() { AddPrefix = new() { Prefix = "/p" } },
        ["stripPrefix"] = new() { StripPrefix = new() { Prefixes = ["/p"] } },
        ["chain"] = new() { Chain = new() },
        ["compress"] = new() { Compress = new() },
        ["stripPrefixRegex"] = new() { StripPrefixRegex = new() { Regex = ["^/p"] } },
        ["replacePath"] = new() { ReplacePath = new() { Path = "/p" } },
        ["replacePathRegex"] = new() { ReplacePathRegex = new() { Regex = "^/a", Replacement = "/b" } },
        ["ipAllowList"] = new() { IpAllowList = new() { SourceRange = ["::/0"] } },
        ["ipWhiteList"] = new() { IpWhiteList = new() { SourceRange = ["::/0"] } },
        ["passTLSClientCert"] = new() { PassTLSClientCert = new() { Pem = true } },
        ["contentType"] = new() { ContentType = new() },
        ["rateLimit"] = new() { RateLimit = new() { Average = 1 } },
        ["forwardAuth"] = new() { ForwardAuth = new() { Address = "http://127.0.0.1/" } },
        ["errors"] = new() { Errors = new() { Status = ["500"], Service = "s" } },
        ["basicAuth"] = new() { BasicAuth = new() { Users = ["a:b"] } },
        ["digestAuth"] = new() { DigestAuth = new() { Users = ["a:b:c"] } },
        ["headers"] = new() { Headers = new() { CustomRequestHeaders = new Dictionary<string, string> { ["X-A"] = "1" }.ToConfigMap() } },
        ["encodedCharacters"] = new() { EncodedCharacters = new() },
        ["redirectRegex"] = new() { RedirectRegex = new() { Regex = "^a", Replacement = "b" } },
        ["redirectScheme"] = new() { RedirectScheme = new() { Scheme = "https" } },
        ["buffering"] = new() { Buffering = new() },
        ["grpcWeb"] = new() { GrpcWeb = new() },
        ["retry"] = new() { Retry = new() { Attempts = 2 } },
        ["circuitBreaker"] = new() { CircuitBreaker = new() { Expression = "NetworkErrorRatio() > 0.5" } },
        ["inFlightReq"] = new() { InFlightReq = new() { Amount = 1 } },
    };

    public static TheoryData<string> MiddlewareKinds => [.. Kinds(MiddlewareConfig.Type)];

    [Theory]
    [MemberData(nameof(MiddlewareKinds))]
    public void A_middleware_works_or_its_router_says_that_it_is_not_supported_yet(string kind)
    {
        var isBuilt = Built.TryGetValue(kind, out var config);
        config ??= One<MiddlewareConfig>(kind);
        Assert.Equal([kind], MiddlewareConfig.Type.Present(config));

        var (router, middleware) = Compile(config, new() { LoadBalancer = new() });

        if (isBuilt)
        {
            Assert.Equal(ElementStatus.Enabled, router.Status);
            Assert.Empty(router.Errors);
            return;
        }

        Assert.Equal(ElementStatus.Disabled, router.Status);
        Assert.Contains(router.Errors, static error => error.Contains("is not supported yet [EG-UNSUPPORTED]", StringComparison.Ordinal));
        Assert.Equal(ElementStatus.Disabled, middleware.Status);
        Assert.NotEmpty(middleware.Errors);
    }

    [Fact]
    public void A_service_with_two_types_is_refused_in_the_words_of_Traefik()
    {
        var (router, _) = Compile(null, new() { LoadBalancer = new(), Weighted = new() });

        Assert.StartsWith("cannot create service: multi-types service not supported", Assert.Single(router.Errors), StringComparison.Ordinal);
    }

    private static (RouterReport Router, MiddlewareReport Middleware) Compile(MiddlewareConfig? middleware, HttpServiceConfig service)
    {
        using var stage = new CompilerStage(["web"], ["web"]);
        var router = new HttpRouterConfig { Rule = "Path(`/`)", Service = "s", Middlewares = middleware is null ? [] : ["m"] };
        var report = stage.Report(("p", Configuration(router, middleware, service)));
        Assert.Equal(["r@p"], report.Services["s@p"].UsedBy);
        return (report.Routers["r@p"], report.Middlewares.GetValueOrDefault("m@p")!);
    }

    private static DynamicConfiguration Configuration(HttpRouterConfig router, MiddlewareConfig? middleware, HttpServiceConfig service) => new()
    {
        Http = new()
        {
            Routers = new Dictionary<string, HttpRouterConfig> { ["r"] = router }.ToConfigMap(),
            Services = new Dictionary<string, HttpServiceConfig> { ["s"] = service }.ToConfigMap(),
            Middlewares = middleware is null
                ? ConfigMap<MiddlewareConfig>.Empty
                : new Dictionary<string, MiddlewareConfig> { ["m"] = middleware }.ToConfigMap(),
        },
    };

    private static IEnumerable<string> Kinds<T>(ObjectType<T> type)
        where T : class => type.Names(ConfigSource.File);

    // A record with one member set, by reflection: that is the test's, not the product's.
    private static T One<T>(string kind)
        where T : class, new()
    {
        var record = new T();
        var property = typeof(T).GetProperty(kind, BindingFlags.Instance | BindingFlags.Public | BindingFlags.IgnoreCase)!;
        property.SetValue(record, kind == "plugin"
            ? new Dictionary<string, ConfigTree> { ["x"] = new() { Text = "y" } }.ToConfigMap()
            : Activator.CreateInstance(property.PropertyType));
        return record;
    }
}
