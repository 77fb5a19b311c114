using System.Text.Json;
using EdgeGateway.Quickstart.Processes;

namespace EdgeGateway.Quickstart.Tour;

/// <summary>The gateway's own count of attempts after a request's first.</summary>
internal static class Retries
{
    public static async Task<long> ReadAsync(LocalStack stack, CancellationToken stop)
    {
        using var edge = JsonDocument.Parse(await stack.ReadAdminAsync("/api/edge", stop));
        return edge.RootElement.GetProperty("retries").GetInt64();
    }
}
