using System.Diagnostics.CodeAnalysis;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Middlewares.AddPrefix;
using EdgeGateway.Proxy.Middlewares.BasicAuth;
using EdgeGateway.Proxy.Middlewares.Buffering;
using EdgeGateway.Proxy.Middlewares.CircuitBreaker;
using EdgeGateway.Proxy.Middlewares.Compress;
using EdgeGateway.Proxy.Middlewares.ContentType;
using EdgeGateway.Proxy.Middlewares.DigestAuth;
using EdgeGateway.Proxy.Middlewares.EncodedCharacters;
using EdgeGateway.Proxy.Middlewares.Errors;
using EdgeGateway.Proxy.Middlewares.ForwardAuth;
using EdgeGateway.Proxy.Middlewares.GrpcWeb;
using EdgeGateway.Proxy.Middlewares.Headers;
using EdgeGateway.Proxy.Middlewares.InFlightReq;
using EdgeGateway.Proxy.Middlewares.IPAllowList;
using EdgeGateway.Proxy.Middlewares.PassTLSClientCert;
using EdgeGateway.Proxy.Middlewares.RateLimit;
using EdgeGateway.Proxy.Middlewares.RedirectRegex;
using EdgeGateway.Proxy.Middlewares.RedirectScheme;
using EdgeGateway.Proxy.Middlewares.ReplacePath;
using EdgeGateway.Proxy.Middlewares.ReplacePathRegex;
using EdgeGateway.Proxy.Middlewares.Retry;
using EdgeGateway.Proxy.Middlewares.Sources;
using EdgeGateway.Proxy.Middlewares.StripPrefix;
using EdgeGateway.Proxy.Middlewares.StripPrefixRegex;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Pipeline.Bodies;
using EdgeGateway.Proxy.Services;
using EdgeGateway.Rules.Regexp;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeGateway.Proxy.Middlewares;

/// <summary>
/// Builds middlewares from their configuration. <c>chain</c> is not built here: the compiler puts its members in its place. Every
/// error disables the routers that use the middleware; nothing is left out silently.
/// </summary>
/// <param name="states">States that outlive reloads.</param>
/// <param name="time">Clock; null = the system's.</param>
/// <param name="logger">Is told what goes wrong later, such as a users' file that cannot be read again.</param>
public sealed class MiddlewareFactory(MiddlewareStates states, TimeProvider? time = null, ILogger<MiddlewareFactory>? logger = null)
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly ILogger _logger = logger ?? NullLogger<MiddlewareFactory>.Instance;

    private static readonly HeadersConfig NoHeaders = new();
    private static readonly SourceCriterionConfig ByHost = new() { RequestHost = true };

    /// <summary>What copies of request bodies may take.</summary>
    internal BodyMemory Bodies { get; init; } = new();

    /// <summary>Where chance comes from.</summary>
    internal Random Chance { get; init; } = Random.Shared;

    /// <summary>Builds a middleware for one router.</summary>
    /// <param name="qualifiedName">Qualified name of the middleware.</param>
    /// <param name="config">Its configuration, no chain.</param>
    /// <param name="router">Qualified name of the router: counters belong to a router's use of a middleware, as in Traefik.</param>
    /// <param name="model">The middleware; null on an error.</param>
    /// <param name="error">What is wrong, in Traefik's words where it has some.</param>
    /// <param name="services">Finds services that the middleware names; null = there are none.</param>
    public bool TryCreate(
        string qualifiedName,
        MiddlewareConfig config,
        string router,
        [NotNullWhen(true)] out MiddlewareModel? model,
        [NotNullWhen(false)] out string? error,
        ServiceLookup? services = null)
    {
        (model, error) = Create(qualifiedName, config, router, services ?? NoServices);
        return model is not null;
    }

    /// <summary>Names of the types that are set, as written in files; more than one is an error.</summary>
    public static IReadOnlyList<string> TypesOf(MiddlewareConfig config) => [.. MiddlewareConfig.Type.Present(config)];

    private (MiddlewareModel? Model, string? Error) Create(string name, MiddlewareConfig config, string router, ServiceLookup services)
    {
        var types = TypesOf(config);
        return types.Count switch
        {
            0 => Fail(MiddlewareErrors.NoType(name)),
            > 1 => Fail(MiddlewareErrors.MultipleTypes),
            _ => config switch
            {
                { AddPrefix: { } addPrefix } => string.IsNullOrEmpty(addPrefix.Prefix)
                    ? Fail("prefix cannot be empty")
                    : Done(new AddPrefixFilter(name, addPrefix.Prefix)),
                { StripPrefix: { } stripPrefix } => Done(new StripPrefixFilter(name, stripPrefix)),
                { StripPrefixRegex: { } stripPrefix } =>
                    StripPrefixRegexFilter.TryCreate(name, stripPrefix, out var filter, out var error) ? Done(filter) : Fail(error),
                { ReplacePath: { } replace } => ReplacePathFilter.TryCreate(name, replace.Path, out var filter, out var error) ? Done(filter) : Fail(error),
                { ReplacePathRegex: { } replace } =>
                    ReplacePathRegexFilter.TryCreate(name, replace, out var filter, out var error) ? Done(filter) : Fail(error),
                { IpAllowList: { } list } => IPAllowListFilter.TryCreate(name, list, out var filter, out var error) ? Done(filter) : Fail(error),
                { IpWhiteList: { } list } => IPAllowListFilter.TryCreate(
                    name, new() { SourceRange = list.SourceRange, IpStrategy = list.IpStrategy }, out var filter, out var error) ? Done(filter) : Fail(error),
                { RedirectScheme: { } redirect } => string.IsNullOrEmpty(redirect.Scheme)
                    ? Fail("you must provide a target scheme")
                    : Done(new RedirectSchemeFilter(name, redirect)),
                { RedirectRegex: { } redirect } => CreateRedirectRegex(name, redirect),
                { PassTLSClientCert: { } pass } => Done(new PassTLSClientCertFilter(name, pass)),
                { Headers: { } headers } => CreateHeaders(name, headers),
                { Compress: { } compress } => CompressWrapper.TryCreate(name, compress, out var wrapper, out var error) ? Done(wrapper) : Fail(error),
                { ContentType: { } type } => Done(type.AutoDetect == false ? new PassingFilter(name) : new ContentTypeWrapper(name)),
                { BasicAuth: { } basic } => BasicAuthWrapper.TryCreate(name, basic, _time, _logger, out var auth, out var error) ? Done(auth) : Fail(error),
                { DigestAuth: { } digest } => CreateDigestAuth(name, config, digest, router),
                { ForwardAuth: { } forward } => ForwardAuthWrapper.Create(
                    name, forward, make => states.Adopt("", "forwardAuth", new() { ForwardAuth = new() { Tls = forward.Tls } }, make), Bodies, _time),
                { RateLimit: { } limit } => RateLimitWrapper.Create(name, limit, make => states.Adopt(router, name, config, make), _time),
                { Buffering: { } buffering } => BufferingWrapper.Create(name, buffering, Bodies, _time, _logger),
                { Retry: { } retry } => RetryWrapper.Create(name, retry, Bodies, _time, new Random(Chance.Next())),
                { Errors: { } pages } => ErrorsWrapper.TryCreate(name, pages, services, out var errors, out var error) ? Done(errors) : Fail(error),
                { CircuitBreaker: { } breaker } => CreateCircuitBreaker(name, config, breaker, router),
                { EncodedCharacters: { } characters } => Done(new EncodedCharactersFilter(name, characters)),
                { GrpcWeb: { } grpcWeb } => Done(new GrpcWebWrapper(name, grpcWeb)),
                { InFlightReq: { } inFlight } => CreateInFlightReq(name, config, inFlight, router),
                _ => Fail(MiddlewareErrors.NotSupported(types[0])),
            },
        };
    }

    private static (MiddlewareModel?, string?) CreateRedirectRegex(string name, RedirectRegexConfig config) =>
        GoRegex.TryParse(config.Regex ?? "", out var regex, out var error)
            ? Done(new RedirectRegexFilter(name, regex, config.Replacement ?? "", config.Permanent))
            : Fail(error);

    private static (MiddlewareModel?, string?) CreateHeaders(string name, HeadersConfig config)
    {
        // What is set to nothing counts as not set.
        var set = config with
        {
            SslRedirect = config.SslRedirect == true ? true : null,
            SslTemporaryRedirect = config.SslTemporaryRedirect == true ? true : null,
            SslForceHost = config.SslForceHost == true ? true : null,
            SslHost = config.SslHost is { Length: > 0 } ? config.SslHost : null,
            FeaturePolicy = config.FeaturePolicy is { Length: > 0 } ? config.FeaturePolicy : null,
        };
        return set == NoHeaders
            ? Fail("headers configuration not valid")
            : HeadersFilter.TryCreate(name, config, out var filter, out var error) ? Done(filter) : Fail(error);
    }

    private (MiddlewareModel?, string?) CreateCircuitBreaker(string name, MiddlewareConfig config, CircuitBreakerConfig breaker, string router) =>
        CircuitExpression.TryParse(breaker.Expression ?? "", out var expression, out var error)
            ? Done(new CircuitBreakerWrapper(
                name, router, breaker, states.Adopt(router, name, config, () => new CircuitState(breaker, expression, _time)), _time, _logger))
            : Fail(error);

    private (MiddlewareModel?, string?) CreateDigestAuth(string name, MiddlewareConfig config, DigestAuthConfig digest, string router) =>
        DigestAuthWrapper.TryCreate(
            name, digest, states.Adopt(router, name, config, () => new DigestNonces(_time)), _time, _logger, out var auth, out var error)
            ? Done(auth)
            : Fail(error);

    private (MiddlewareModel?, string?) CreateInFlightReq(
        string name, MiddlewareConfig config, InFlightReqConfig inFlight, string router) =>
        RequestSource.TryCreate(inFlight.SourceCriterion, ByHost, out var source, out var error)
            ? Done(new InFlightReqWrapper(
                name, inFlight.Amount, source, states.Adopt(router, name, config, static () => new InFlightReqState())))
            : Fail($"error creating requests limiter: {error}");

    private static HttpServiceModel? NoServices(string reference, out string? error)
    {
        error = $"the service \"{reference}\" does not exist";
        return null;
    }

    private static (MiddlewareModel?, string?) Done(MiddlewareModel model) => (model, null);

    private static (MiddlewareModel?, string?) Fail(string error) => (null, error);
}
