using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeGateway.Testbed.Tailscale;

/// <summary>LocalAPI's routes, with the answers recorded from tailscaled 1.102.3.</summary>
internal sealed class LocalApiRoutes(EmbeddedTailscaled daemon, NodeState node, CertificateDesk desk)
{
    private const string Prefix = "/localapi/v0/";

    // proxymap sleeps 0+10+20+50+100 ms per protocol for an unknown IP:port while it holds the backend's lock.
    private static readonly TimeSpan UnknownPortLookup = TimeSpan.FromMilliseconds(180);

    private readonly SemaphoreSlim _backend = new(1, 1);
    private int _statusCalls;

    public int StatusCalls => _statusCalls;

    public async Task HandleAsync(HttpContext context)
    {
        if (daemon.Frozen)
        {
            await WaitForEndAsync(context);
            return;
        }

        // The raw target: paths are exact, %2A is a star, and nothing else is folded.
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var path = target.Split('?', 2)[0];
        if (path == "/")
        {
            context.Response.ContentType = "text/html; charset=utf-8";
            await WriteAsync(context, 200, "<html><title>Tailscale</title><body><h1>Tailscale</h1>This is the local Tailscale daemon.\n");
            return;
        }

        if (!path.StartsWith("/localapi/", StringComparison.Ordinal))
        {
            await FailBareAsync(context, 404, "404 page not found");
            return;
        }

        var host = context.Request.Headers.Host.ToString();
        if (host is not ("" or "local-tailscaled.sock")
            || context.Request.Headers.Origin.ToString().Length > 0 || context.Request.Headers.Referer.ToString().Length > 0)
        {
            await FailBareAsync(context, 403, "invalid localapi request");
            return;
        }

        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'; script-src 'none'; script-src-elem 'none'; script-src-attr 'none'";
        headers["Tailscale-Cap"] = "142";
        headers["Tailscale-Version"] = NodeJson.Version;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        await RouteAsync(context, path.StartsWith(Prefix, StringComparison.Ordinal) ? path[Prefix.Length..] : "");
    }

    private Task RouteAsync(HttpContext context, string route) => route switch
    {
        "status" => StatusAsync(context),
        "cert-domains" => JsonAsync(context, node.CertDomains.Count > 0 && node.HasNetmap
            ? $"[{string.Join(',', node.CertDomains.Order(StringComparer.Ordinal).Select(d => $"\"{d}\""))}]\n" : "null\n"),
        "watch-ipn-bus" => WatchAsync(context),
        "whois" => WhoIsAsync(context),
        _ when route.StartsWith("cert/", StringComparison.Ordinal) => CertAsync(context, Uri.UnescapeDataString(route[5..])),
        _ => FailAsync(context, 404, "404 page not found"),
    };

    private async Task StatusAsync(HttpContext context)
    {
        Interlocked.Increment(ref _statusCalls);
        await _backend.WaitAsync(context.RequestAborted);
        var body = NodeJson.Text(NodeJson.Status(node, context.Request.Query["peers"] != "false"));
        _backend.Release();
        await JsonAsync(context, body);
    }

    private async Task CertAsync(HttpContext context, string name)
    {
        desk.Count(name);
        if (!daemon.CertificatesPermitted)
        {
            await FailAsync(context, 403, "cert access denied");
            return;
        }

        var least = TimeSpan.Zero;
        if (context.Request.Query["min_validity"].ToString() is { Length: > 0 } text && !GoText.TryDuration(text, out least, out var error))
        {
            await FailAsync(context, 400, "invalid validity parameter: " + error);
            return;
        }

        name = name.EndsWith('.') ? name[..^1] : name;
        if (Refuse(name) is { } why)
        {
            await FailAsync(context, 500, why);
            return;
        }

        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, daemon.Life);
        try
        {
            var (pair, fault) = await desk.GetAsync(name, least, ends.Token);
            if (fault is not null)
            {
                await FaultAsync(context, fault, ends.Token);
                return;
            }

            await PairAsync(context, pair!, context.Request.Query["type"].ToString());
        }
        catch (OperationCanceledException)
        {
            context.Abort(); // the caller hung up, or the daemon ends: no answer (recording cert-rate-limited)
        }
    }

    private static async Task PairAsync(HttpContext context, IssuedPair pair, string type)
    {
        var body = type switch
        {
            "" or "crt" or "cert" => pair.CertificatesPem,
            "key" => pair.KeyPem,
            "pair" => pair.KeyPem + pair.CertificatesPem,
            _ => null,
        };
        if (body is null)
        {
            await FailAsync(context, 400, "invalid type; want \"cert\" (default), \"key\", or \"pair\"");
            return;
        }

        context.Response.ContentType = "text/plain";
        await WriteAsync(context, 200, body);
    }

    private static async Task FaultAsync(HttpContext context, CertFault fault, CancellationToken ends)
    {
        switch (fault.Kind)
        {
            case CertFaultKind.Hang:
                await Task.Delay(Timeout.Infinite, ends);
                break;
            case CertFaultKind.Drop:
                context.Abort();
                break;
            default:
                if (fault.RetryAfter is { } seconds)
                {
                    context.Response.Headers.RetryAfter = $"{seconds}";
                }

                await FailAsync(context, fault.Status, fault.Body);
                break;
        }
    }

    // resolveCertDomain, in its order (reference §4.5).
    private string? Refuse(string name)
    {
        var wildcard = name.StartsWith("*.", StringComparison.Ordinal);
        var rest = wildcard ? name[2..] : name;
        if (!name.Contains('.', StringComparison.Ordinal) || name.Contains("..", StringComparison.Ordinal) || rest.AsSpan().ContainsAny(":/\\\0*"))
        {
            return "invalid domain";
        }

        if (!node.HasNetmap)
        {
            return "no netmap available";
        }

        if (node.CertDomains.Count == 0)
        {
            return "your Tailscale account does not support getting TLS certs";
        }

        if (wildcard)
        {
            return !node.Wildcard ? "wildcard certificates are not enabled for this node"
                : node.CertDomains.Contains(rest) ? null
                : $"invalid domain \"{name}\"; wildcard certificates are not enabled for this domain";
        }

        return node.CertDomains.Contains(name) ? null : $"invalid domain \"{name}\"; must be one of {GoText.Quote(node.CertDomains)}";
    }

    private async Task WatchAsync(HttpContext context)
    {
        var text = context.Request.Query["mask"].ToString();
        var mask = 0;
        if (text.Length > 0 && (!text.All(char.IsAsciiDigit) || !int.TryParse(text, out mask)))
        {
            await FailAsync(context, 400, "bad mask");
            return;
        }

        if ((mask & 256) != 0 && (mask & (4096 | 8192 | 16384 | 32768)) != 0)
        {
            await FailAsync(context, 400, "NotifyRateLimit is incompatible with new-style IPN bus subscription bits ipn.NotifyPeerChanges");
            return;
        }

        context.Response.ContentType = "application/json";
        await context.Response.StartAsync();
        await context.Response.Body.FlushAsync();
        var (lines, end) = daemon.Watch(mask);
        using var watching = end;
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, daemon.Life);
        try
        {
            await foreach (var line in lines.ReadAllAsync(ends.Token))
            {
                await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(line), ends.Token);
                await context.Response.Body.FlushAsync(ends.Token);
            }
        }
        catch (OperationCanceledException)
        {
            if (daemon.KilledHard)
            {
                context.Abort();
            }
        }
    }

    private async Task WhoIsAsync(HttpContext context)
    {
        var text = context.Request.Query["addr"].ToString();
        if (text.Length == 0)
        {
            await FailAsync(context, 400, "missing 'addr' parameter");
            return;
        }

        if (text.StartsWith("nodekey:", StringComparison.Ordinal))
        {
            if (text.Length != 8 + 64)
            {
                await FailAsync(context, 400, "invalid nodekey in 'addr' parameter");
                return;
            }

            await AnswerWhoIsAsync(context, node.Peers.FirstOrDefault(p => p.Key == text));
            return;
        }

        IPAddress? address;
        var hasPort = false;
        if (!IPAddress.TryParse(text, out address) || text.StartsWith('['))
        {
            if (!IPEndPoint.TryParse(text, out var endPoint) || endPoint.Port == 0)
            {
                await FailAsync(context, 400, "invalid 'addr' parameter");
                return;
            }

            (address, hasPort) = (endPoint.Address, true);
        }

        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        await _backend.WaitAsync(context.RequestAborted);
        try
        {
            var peer = node.Peers.FirstOrDefault(p => p.Addresses.Any(a => IPAddress.Parse(a).Equals(address)));
            if (peer is null && hasPort)
            {
                var protocols = context.Request.Query["proto"].ToString().Length > 0 ? 1 : 2;
                await Task.Delay(UnknownPortLookup * protocols, context.RequestAborted);
            }

            await AnswerWhoIsAsync(context, peer);
        }
        finally
        {
            _backend.Release();
        }
    }

    private static Task AnswerWhoIsAsync(HttpContext context, TailnetPeer? peer) =>
        peer is null ? FailAsync(context, 404, "no match for IP:port") : JsonAsync(context, NodeJson.Text(NodeJson.WhoIs(peer)));

    private async Task WaitForEndAsync(HttpContext context)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, daemon.Life);
        try
        {
            await Task.Delay(Timeout.Infinite, ends.Token);
        }
        catch (OperationCanceledException)
        {
            context.Abort();
        }
    }

    private static Task JsonAsync(HttpContext context, string body)
    {
        context.Response.ContentType = "application/json";
        return WriteAsync(context, 200, body);
    }

    // Go's http.Error.
    private static Task FailAsync(HttpContext context, int status, string text)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        return WriteAsync(context, status, text + "\n");
    }

    // The same before LocalAPI's own headers are set.
    private static Task FailBareAsync(HttpContext context, int status, string text)
    {
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return FailAsync(context, status, text);
    }

    // Go's server counts short answers and chunks longer ones (2 KiB).
    private static async Task WriteAsync(HttpContext context, int status, string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        context.Response.StatusCode = status;
        if (bytes.Length < 2048)
        {
            context.Response.ContentLength = bytes.Length;
        }

        if (context.Request.Method != "HEAD")
        {
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        }
    }
}
