using EdgeGateway.Proxy.EntryPoints;

namespace EdgeGateway.Commands;

/// <summary><c>edge-gateway healthcheck</c>: asks <c>/ping</c> of the gateway that runs with the same flags (static-config §1.9).</summary>
internal static class HealthCheckCommand
{
    // Traefik's limit for the one request.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync(string[] flags, CancellationToken cancellation)
    {
        if (CommandLine.Load(flags) is not { } configuration)
        {
            return 1;
        }

        if (configuration.Ping is not { } ping)
        {
            await Console.Error.WriteLineAsync("Please enable `ping` to use health check: the flag is --ping=true");
            return 1;
        }

        if (!configuration.EntryPoints.TryGetValue(ping.EntryPoint ?? "traefik", out var entryPoint))
        {
            await Console.Error.WriteLineAsync($"ping: missing {ping.EntryPoint} entry point");
            return 1;
        }

        var address = EntryPointAddress.Parse(entryPoint.Address);
        var host = address.Host is "" or "0.0.0.0" or "::" ? "127.0.0.1" : address.Host.Contains(':', StringComparison.Ordinal) ? $"[{address.Host}]" : address.Host;
        var url = $"http://{host}:{address.Port}/ping";
        using var invoker = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = Limit });
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Limit);
        try
        {
            using var answer = await invoker.SendAsync(new(HttpMethod.Head, url), limit.Token);
            if (answer.IsSuccessStatusCode)
            {
                Console.WriteLine($"OK: {url}");
                return 0;
            }

            Console.WriteLine($"Bad healthcheck status: {(int)answer.StatusCode} {answer.ReasonPhrase}");
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            Console.WriteLine($"Error calling healthcheck: {e.Message}");
        }

        return 1;
    }
}
