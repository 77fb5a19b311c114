using System.Net;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Forwarding;

namespace EdgeGateway.Proxy.Services.Health;

/// <summary>Makes one check of one server, over connections with the settings of its service.</summary>
internal sealed class HealthProbe(HealthCheckConfig config, UpstreamTransport transport, ServerAddresses addresses)
{
    // Go's client follows as many.
    private const int MaxRedirects = 10;

    // So that a server's log tells checks from visitors.
    private const string UserAgent = "edge-gateway-health-check";

    /// <summary>Why the server is not well; null when it is.</summary>
    /// <exception cref="OperationCanceledException">It did not answer before the token fired.</exception>
    public async Task<string?> RunAsync(Server server, CancellationToken cancellation)
    {
        if (!HealthCheckTarget.TryCreate(server, config, addresses, out var target))
        {
            return "the URL of the check cannot be made";
        }

        try
        {
            return await AskAsync(target, cancellation);
        }
        catch (HttpRequestException e) when (FindConnectFault(e) is null && !cancellation.IsCancellationRequested)
        {
            // A connection that had idled may have died without a word; that says nothing about the server.
        }
        catch (HttpRequestException e)
        {
            return FindConnectFault(e)?.Message ?? e.Message;
        }

        try
        {
            return await AskAsync(target, cancellation);
        }
        catch (HttpRequestException e)
        {
            return FindConnectFault(e)?.Message ?? e.InnerException?.Message ?? e.Message;
        }
    }

    private async Task<string?> AskAsync(HealthCheckTarget target, CancellationToken cancellation)
    {
        var isGrpc = config.Mode == "grpc";
        var method = isGrpc ? HttpMethod.Post : string.IsNullOrEmpty(config.Method) ? HttpMethod.Get : new HttpMethod(config.Method);
        var isOwn = true;
        for (var redirects = 0; ; redirects++)
        {
            using var request = Make(target, method, isGrpc, isOwn);
            using var response = await transport.Invoker.SendAsync(request, cancellation);
            if (isGrpc)
            {
                return await GrpcHealth.ReadAsync(response, cancellation);
            }

            var status = (int)response.StatusCode;
            if (config.FollowRedirects == false || status is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location)
            {
                return IsExpected(status) ? null : $"status {status}";
            }

            if (redirects == MaxRedirects)
            {
                return $"redirected more than {MaxRedirects} times";
            }

            var url = new Uri(new Uri($"{(target.Server.Scheme == "https" ? "https" : "http")}://{target.Server.Authority}{target.Path}"), location);
            if (url.Scheme is not ("http" or "https")
                || !Server.TryCreate(new ServerConfig { Url = url.GetLeftPart(UriPartial.Authority) }, addresses, out var next, out _))
            {
                return $"redirected to {url}, which cannot be asked";
            }

            // A relative one stays with the server, by the name that it was asked by.
            isOwn &= !location.IsAbsoluteUri || url.Authority == target.Server.Authority;
            target = location.IsAbsoluteUri ? new(next, url.PathAndQuery, next.Authority) : target with { Path = url.PathAndQuery };
            method = status is 307 or 308 || method == HttpMethod.Head ? method : HttpMethod.Get;
        }
    }

    private bool IsExpected(int status) => config.Status == 0 ? status is >= 200 and < 400 : status == config.Status;

    private HttpRequestMessage Make(HealthCheckTarget target, HttpMethod method, bool isGrpc, bool isOwn)
    {
        var request = new HttpRequestMessage(method, new ServerUri(target.Server, target.Path))
        {
            Version = target.Server.Scheme switch
            {
                "h2c" => HttpVersion.Version20,
                "https" when isGrpc || transport.OffersHttp2 => HttpVersion.Version20,
                _ => HttpVersion.Version11,
            },
            VersionPolicy = target.Server.Scheme == "https" && !isGrpc ? HttpVersionPolicy.RequestVersionOrLower : HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.TryAddWithoutValidation("Host", target.Host);
        request.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        if (isGrpc)
        {
            request.Content = GrpcHealth.Request();
            request.Headers.TryAddWithoutValidation("TE", "trailers");
        }

        foreach (var (name, value) in config.Headers)
        {
            // What may be a secret of this server goes nowhere else.
            if (!isOwn && (name.Equals("Authorization", StringComparison.OrdinalIgnoreCase) || name.Equals("Cookie", StringComparison.OrdinalIgnoreCase)))
            {
                continue;
            }

            if (name.Equals("Host", StringComparison.OrdinalIgnoreCase))
            {
                request.Headers.Host = value;
                continue;
            }

            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    private static UpstreamConnectException? FindConnectFault(Exception e)
    {
        for (var cause = e; cause is not null; cause = cause.InnerException)
        {
            if (cause is UpstreamConnectException connect)
            {
                return connect;
            }
        }

        return null;
    }
}
