using EdgeGateway.Quickstart.Load;
using EdgeGateway.Quickstart.Processes;

namespace EdgeGateway.Quickstart.Tour;

/// <summary>The closing account, and whether all was well.</summary>
internal static class Summary
{
    public static async Task<bool> PrintAsync(
        LocalStack stack, IReadOnlyList<StepResult> steps, SteadyLoad load, HandshakeProbe handshakes, TimeSpan took)
    {
        var retries = await Retries.ReadAsync(stack, CancellationToken.None);
        var reasons = steps.Where(static s => !s.Ok).Select(static s => $"{s.Name}: {s.Detail}").ToList();
        if (load.Failures > 0)
        {
            reasons.Add($"{load.Failures} requests failed, the first {load.FirstFailure}");
        }

        if (handshakes.Failures > 0)
        {
            reasons.Add($"{handshakes.Failures} handshakes failed, the first {handshakes.FirstFailure}");
        }

        Console.WriteLine($"""

            Summary. Measured here, on this machine, with client, gateway, services and stand-ins sharing its processors:
              requests   {load.Requests} by the load, {load.Failures} failed; {load.Quantile(0.5):0.0} ms median, {load.Quantile(0.99):0.0} ms p99, as the client sees them
              attempts   {load.Requests + retries} (requests + retries); {load.ReceivedByInstances} reached an instance that answered
              retries    {retries} by the gateway: an instance that does not listen yet, does not listen any more, or died
              handshakes {handshakes.Count} new TLS connections, {handshakes.Failures} failed
              time       {took.TotalSeconds:0.0} s in all; {string.Join(", ", steps.Select(static s => $"{s.Name} {s.Took.TotalSeconds:0.0} s"))}
            Not measured: Nomad and tailscaled are stand-ins, so how fast a real Nomad announces a change, or how long a real
            certificate takes, does not show here.
            {(reasons.Count == 0 ? "All is well." : "NOT well: " + string.Join("\n          ", reasons))}
            """);
        return reasons.Count == 0;
    }
}
