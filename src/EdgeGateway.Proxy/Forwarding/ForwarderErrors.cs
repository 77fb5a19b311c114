using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace EdgeGateway.Proxy.Forwarding;

/// <summary>Reads YARP's errors and the exceptions behind them in the terms of the attempt loop.</summary>
internal static class ForwarderErrors
{
    /// <summary>What a failed attempt means.</summary>
    /// <param name="error">YARP's word for it.</param>
    /// <param name="cause">The exception behind it.</param>
    /// <param name="http">The request.</param>
    /// <param name="headReceived">True when the server's head was passed on.</param>
    /// <param name="expired">True when the time limit for the head ran out.</param>
    /// <param name="watched">True when an end before the first byte of an answer comes as <see cref="UpstreamClosedException"/>.</param>
    public static AttemptOutcome Read(ForwarderError error, Exception? cause, HttpContext http, bool headReceived, bool expired, bool watched)
    {
        var bodyTouched = RepeatableRequests.HasBody(http);
        if (headReceived || http.Response.HasStarted)
        {
            return new(AttemptResult.CutShort, bodyTouched, cause);
        }

        if (expired)
        {
            return new(AttemptResult.TimedOut, bodyTouched, cause);
        }

        if (http.RequestAborted.IsCancellationRequested)
        {
            return new(AttemptResult.ClientLeft, bodyTouched, cause);
        }

        switch (error)
        {
            case ForwarderError.RequestCanceled or ForwarderError.RequestBodyCanceled or ForwarderError.UpgradeRequestCanceled:
                return new(AttemptResult.ClientLeft, bodyTouched, cause);
            case ForwarderError.RequestBodyClient:
                return new(OfClientBody(cause), true, cause);
            case ForwarderError.ResponseHeaders:
                return new(AttemptResult.Unusable, bodyTouched, cause);
            case ForwarderError.RequestTimedOut:
                return new(AttemptResult.TimedOut, bodyTouched, cause);
        }

        if (Find<UpstreamConnectException>(cause) is { } connect)
        {
            return new(connect.Result, false, cause);
        }

        if (Find<UpstreamClosedException>(cause) is { } closed)
        {
            return new(AttemptResult.ClosedBeforeAnswer, bodyTouched, cause, closed.Reused);
        }

        return Find<HttpRequestException>(cause)?.HttpRequestError switch
        {
            HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError => new(AttemptResult.ConnectFailed, false, cause),
            HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded or HttpRequestError.HttpProtocolError
                or HttpRequestError.SecureConnectionError or HttpRequestError.VersionNegotiationError =>
                new(AttemptResult.Unusable, bodyTouched, cause),

            // The head began and was cut: malformed, as in Traefik (runtime-behaviour §1.2).
            HttpRequestError.ResponseEnded when watched => new(AttemptResult.Unusable, bodyTouched, cause),
            _ => new(AttemptResult.ClosedBeforeAnswer, bodyTouched, cause),
        };
    }

    // A body that ends early is a client that left; a broken chunk is a client that errs.
    internal static AttemptResult OfClientBody(Exception? cause) => Find<BadHttpRequestException>(cause) switch
    {
        { StatusCode: StatusCodes.Status408RequestTimeout } => AttemptResult.ClientBodyTimedOut,
        { } => AttemptResult.ClientBodyBroken,
        null => AttemptResult.ClientLeft,
    };

    private static T? Find<T>(Exception? exception)
        where T : Exception
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is T found)
            {
                return found;
            }

            if (exception is AggregateException several)
            {
                foreach (var inner in several.InnerExceptions)
                {
                    if (Find<T>(inner) is { } deeper)
                    {
                        return deeper;
                    }
                }

                return null;
            }
        }

        return null;
    }
}
