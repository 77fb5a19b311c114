using System.Net;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.EntryPoints;

namespace EdgeGateway.Commands;

/// <summary>
/// <c>edge-gateway healthcheck</c>: asks <c>/ping</c> of the gateway that runs with the same flags (static-config §1.9). Texts, standard output
/// and exit codes are Traefik's.
/// </summary>
internal static class HealthCheckCommand
{
    // Traefik's limit for the one request.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync(string[] flags, CancellationToken cancellation)
    {
        if (CommandLine.Load(flags) is not { Configuration: var configuration })
        {
            return 1;
        }

        var (url, fault) = UrlOf(configuration);
        if (url is null)
        {
            Console.WriteLine($"Error calling healthcheck: {fault}");
            return 1;
        }

        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = Limit });
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        try
        {
            using var answer = await invoker.SendAsync(new(HttpMethod.Head, url), limit.Token);
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                Console.WriteLine($"OK: {url}");
                return 0;
            }

            Console.WriteLine($"Bad healthcheck status: {(int)answer.StatusCode} {answer.ReasonPhrase}");
        }
        catch (HttpRequestException e)
        {
            Console.WriteLine($"Error calling healthcheck: {e.Message}");
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine($"Error calling healthcheck: {url} did not answer within {Limit.TotalSeconds} seconds");
        }

        return 1;
    }

    private static (string? Url, string Fault) UrlOf(StaticConfiguration configuration)
    {
        if (configuration.Ping is not { } ping)
        {
            return (null, "please enable `ping` to use health check");
        }

        var name = string.IsNullOrEmpty(ping.EntryPoint) ? "traefik" : ping.EntryPoint;
        if (!configuration.EntryPoints.TryGetValue(name, out var entryPoint))
        {
            return (null, $"ping: missing {name} entry point");
        }

        var address = EntryPointAddress.Parse(entryPoint.Address);
        var host = address.Host switch
        {
            "" or "0.0.0.0" => "127.0.0.1",
            "::" => "[::1]",
            var ip when ip.Contains(':', StringComparison.Ordinal) => $"[{ip}]",
            var other => other,
        };
        return ($"http://{host}:{address.Port}/ping", "");
    }
}
