using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Services;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Yarp.ReverseProxy.Forwarder;

namespace EdgeGateway.Proxy.Forwarding;

/// <summary>
/// One attempt on one server, by YARP's forwarder (design decision 6). What YARP writes into the response on a failure is taken
/// back, so that the service decides. A leaner engine can take this type's place.
/// </summary>
public sealed class HttpForwarding
{
    // No limit on silence: streams and long polls live as long as both sides want.
    private static readonly ForwarderRequestConfig Http1 =
        new() { ActivityTimeout = Timeout.InfiniteTimeSpan, Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

    private static readonly ForwarderRequestConfig Http2Clear =
        new() { ActivityTimeout = Timeout.InfiniteTimeSpan, Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

    private static readonly ForwarderRequestConfig Negotiated =
        new() { ActivityTimeout = Timeout.InfiniteTimeSpan, Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower };

    private readonly IHttpForwarder _forwarder;
    private long _retries;

    /// <summary>Makes the forwarder; YARP logs nothing, the access log and the attempt loop say what happened.</summary>
    public HttpForwarding()
    {
        var services = new ServiceCollection();
        services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        services.AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        services.AddHttpForwarder();
        _forwarder = services.BuildServiceProvider().GetRequiredService<IHttpForwarder>();
    }

    /// <summary>Attempts after a request's first, of all services since the start.</summary>
    public long Retries => Volatile.Read(ref _retries);

    /// <summary>Counts one; called on the rare path only.</summary>
    internal void CountRetry() => Interlocked.Increment(ref _retries);

    /// <summary>Sends the request to a server and passes its answer on.</summary>
    public async ValueTask<AttemptOutcome> SendAsync(
        GatewayContext context, Server server, UpstreamTransport transport, bool passHost)
    {
        var transformer = context.Transformer ??= new GatewayTransformer(context);
        transformer.Begin(server, passHost);
        var http = context.Http;
        var limit = transport.ResponseHeaderTimeout;
        using var timer = limit > TimeSpan.Zero ? new HeaderTimer(limit, transformer) : null;

        var config = server.Scheme switch
        {
            "h2c" => Http2Clear,
            "https" when transport.OffersHttp2 => Negotiated,
            _ => Http1,
        };
        var error = await _forwarder.SendAsync(http, server.UriPrefix, transport.Invoker, config, transformer, timer?.Token ?? default);
        if (error == ForwarderError.None)
        {
            return new(AttemptResult.Answered, false, null);
        }

        var feature = http.Features.Get<IForwarderErrorFeature>();
        var outcome = Classify(error, feature?.Exception, http, transformer.HeadReceived, timer?.Expired == true);
        if (!http.Response.HasStarted)
        {
            TakeBack(http);
        }

        return outcome;
    }

    private static AttemptOutcome Classify(ForwarderError error, Exception? cause, HttpContext http, bool headReceived, bool expired)
    {
        if (error == ForwarderError.ResponseHeaders && !http.Response.HasStarted)
        {
            return new(AttemptResult.Unusable, true, cause);
        }

        if (http.Response.HasStarted || headReceived)
        {
            return new(AttemptResult.CutShort, true, cause);
        }

        if (expired)
        {
            return new(AttemptResult.TimedOut, true, cause);
        }

        return error switch
        {
            ForwarderError.RequestTimedOut => new(AttemptResult.TimedOut, false, cause),
            ForwarderError.RequestCanceled or ForwarderError.RequestBodyCanceled or ForwarderError.RequestBodyClient
                or ForwarderError.UpgradeRequestCanceled => new(AttemptResult.ClientLeft, true, cause),
            ForwarderError.RequestBodyDestination => new(AttemptResult.ClosedBeforeAnswer, true, cause),
            _ => new(ResultOf(cause), error != ForwarderError.Request, cause),
        };
    }

    private static AttemptResult ResultOf(Exception? cause)
    {
        if (cause is AggregateException { InnerException: { } inner })
        {
            cause = inner;
        }

        return cause is HttpRequestException request
            ? request.HttpRequestError switch
            {
                HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError => AttemptResult.ConnectFailed,
                HttpRequestError.ResponseEnded => AttemptResult.ClosedBeforeAnswer,
                HttpRequestError.SecureConnectionError or HttpRequestError.InvalidResponse => Secure(request),
                _ => Deeper(request),
            }
            : AttemptResult.ClosedBeforeAnswer;
    }

    // A failure inside ConnectCallback comes without a kind of its own.
    private static AttemptResult Deeper(HttpRequestException request) => request.InnerException switch
    {
        SocketException => AttemptResult.ConnectFailed,
        AuthenticationException => AttemptResult.Unusable,
        IOException { InnerException: SocketException } => AttemptResult.ClosedBeforeAnswer,
        IOException => AttemptResult.ClosedBeforeAnswer,
        _ => AttemptResult.Unusable,
    };

    private static AttemptResult Secure(HttpRequestException request) =>
        request.HttpRequestError == HttpRequestError.SecureConnectionError && request.InnerException is IOException
            ? AttemptResult.ConnectFailed
            : AttemptResult.Unusable;

    // What YARP or a part of the answer left behind must not reach the client.
    private static void TakeBack(HttpContext http)
    {
        var connection = http.Response.Headers.Connection;
        http.Response.Headers.Clear();
        http.Response.Headers.Connection = connection;
        http.Response.StatusCode = StatusCodes.Status200OK;
        http.Features.Get<IHttpResponseFeature>()!.ReasonPhrase = null;
        http.Features.Set<IForwarderErrorFeature>(null);
    }

    /// <summary>Cancels an attempt whose head does not come in time; a body may take as long as it wants.</summary>
    private sealed class HeaderTimer : IDisposable
    {
        private readonly CancellationTokenSource _source = new();
        private readonly Timer _timer;

        public HeaderTimer(TimeSpan limit, GatewayTransformer transformer) => _timer = new Timer(
            _ =>
            {
                if (!transformer.HeadReceived)
                {
                    Expired = true;
                    _source.Cancel();
                }
            },
            null, limit, Timeout.InfiniteTimeSpan);

        public CancellationToken Token => _source.Token;

        public bool Expired { get; private set; }

        public void Dispose()
        {
            _timer.Dispose();
            _source.Dispose();
        }
    }
}
