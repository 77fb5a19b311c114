using System.Net;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Services;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Yarp.ReverseProxy.Forwarder;

namespace EdgeGateway.Proxy.Forwarding;

/// <summary>
/// By YARP's forwarder: servers that speak HTTP/2 or TLS, and all of them when the user says so (design decision 6). What YARP writes
/// into the response on a failure is taken back, so that the service decides.
/// </summary>
internal sealed class YarpForwarder : IForwarder
{
    // No limit on silence: streams and long polls live as long as both sides want.
    private static readonly ForwarderRequestConfig Http1 =
        new() { ActivityTimeout = Timeout.InfiniteTimeSpan, Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

    private static readonly ForwarderRequestConfig Http2Clear =
        new() { ActivityTimeout = Timeout.InfiniteTimeSpan, Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

    private static readonly ForwarderRequestConfig Negotiated =
        new() { ActivityTimeout = Timeout.InfiniteTimeSpan, Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower };

    private readonly IHttpForwarder _forwarder;
    private readonly TimeProvider _time;

    /// <summary>Makes the forwarder; YARP logs nothing, the access log and the attempt loop say what happened.</summary>
    public YarpForwarder(TimeProvider time)
    {
        _time = time;
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        services.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        services.AddHttpForwarder();
        _forwarder = services.BuildServiceProvider().GetRequiredService<IHttpForwarder>();
    }

    /// <inheritdoc />
    public ValueTask<AttemptOutcome> SendAsync(GatewayContext context, Server server, UpstreamTransport transport, bool passHost)
    {
        var transformer = context.Transformer ??= new GatewayTransformer(context, _time);
        var upgrade = context.Http.Request.Headers.Upgrade;
        transformer.Begin(server, passHost, upgrade.Count > 0 ? upgrade.ToString() : null);

        // An upgrade is an HTTP/1.1 matter, whatever the server speaks otherwise (runtime-behaviour §1.3).
        var config = upgrade.Count > 0 ? Http1 : server.Scheme switch
        {
            "h2c" => Http2Clear,
            "https" when transport.OffersHttp2 => Negotiated,
            _ => Http1,
        };

        // How long such a body is nobody knows before its end.
        if (context.Http.Request.ContentLength is null && upgrade.Count == 0 && RepeatableRequests.HasBody(context.Http))
        {
            return SendCountedAsync(context, server, transport, config, transformer);
        }

        return SendAsync(context, server, transport, config, transformer);
    }

    private async ValueTask<AttemptOutcome> SendCountedAsync(
        GatewayContext context, Server server, UpstreamTransport transport, ForwarderRequestConfig config, GatewayTransformer transformer)
    {
        var request = context.Http.Request;
        var body = request.Body;
        long bytes = 0;
        request.Body = new CountedStream(body, piece => bytes += piece);
        try
        {
            return await SendAsync(context, server, transport, config, transformer);
        }
        finally
        {
            request.Body = body;

            // A repeated attempt may have got less of it.
            context.Forwarding.ClientBytes = Math.Max(context.Forwarding.ClientBytes, bytes);
        }
    }

    private ValueTask<AttemptOutcome> SendAsync(
        GatewayContext context, Server server, UpstreamTransport transport, ForwarderRequestConfig config, GatewayTransformer transformer)
    {
        if (transport.ResponseHeaderTimeout > TimeSpan.Zero)
        {
            return SendTimedAsync(context, server, transport, config, transformer);
        }

        var watched = UpstreamTransport.Watches(server, config.Version!);
        var sending = _forwarder.SendAsync(context.Http, server.UriPrefix, transport.Invoker, config, transformer);
        return sending.IsCompletedSuccessfully ? new(Read(sending.GetAwaiter().GetResult(), context.Http, transformer, false, watched)) : Await(sending);

        async ValueTask<AttemptOutcome> Await(ValueTask<ForwarderError> pending) => Read(await pending, context.Http, transformer, false, watched);
    }

    private async ValueTask<AttemptOutcome> SendTimedAsync(
        GatewayContext context, Server server, UpstreamTransport transport, ForwarderRequestConfig config, GatewayTransformer transformer)
    {
        using var timer = new HeadTimer(transport.ResponseHeaderTimeout, transformer, _time);
        var error = await _forwarder.SendAsync(context.Http, server.UriPrefix, transport.Invoker, config, transformer, timer.Token);
        return Read(error, context.Http, transformer, timer.Expired, UpstreamTransport.Watches(server, config.Version!));
    }

    private static AttemptOutcome Read(ForwarderError error, HttpContext http, GatewayTransformer transformer, bool expired, bool watched)
    {
        if (transformer.IsRefused)
        {
            http.Features.Set<IForwarderErrorFeature>(null);
            transformer.TakeBack();
            return new(AttemptResult.Refused, false, null);
        }

        if (error == ForwarderError.None)
        {
            return AttemptOutcome.Answered;
        }

        var outcome = IsLateBody(error, transformer)
            ? AttemptOutcome.Answered
            : ForwarderErrors.Read(error, http.Features.Get<IForwarderErrorFeature>()?.Exception, http, transformer.HeadReceived, expired, watched);
        http.Features.Set<IForwarderErrorFeature>(null);
        if (!http.Response.HasStarted && outcome.Result is not (AttemptResult.Answered or AttemptResult.CutShort))
        {
            transformer.TakeBack();
        }

        return outcome;
    }

    // The whole answer was passed on; the server just did not want the rest of the body.
    private static bool IsLateBody(ForwarderError error, GatewayTransformer transformer) => transformer.HeadReceived
        && error is ForwarderError.RequestBodyDestination or ForwarderError.RequestBodyCanceled or ForwarderError.RequestBodyClient
        && transformer.AnswerEnded;
}
