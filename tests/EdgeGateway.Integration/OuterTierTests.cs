using System.Diagnostics;
using Xunit.Abstractions;

namespace EdgeGateway.Integration;

public sealed class OuterTierTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Behind_an_outer_gateway_no_new_connection_notices_that_a_worker_was_killed()
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "OuterTier"))
        {
            ArgumentList = { "--once" }, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var sample = Process.Start(start)!;
        var said = sample.StandardOutput.ReadToEndAsync();
        var complained = sample.StandardError.ReadToEndAsync();
        try
        {
            await sample.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(3));
        }
        finally
        {
            if (!sample.HasExited)
            {
                sample.Kill(entireProcessTree: true);
            }
        }

        var summary = await said + await complained;
        output.WriteLine(summary);
        Assert.True(sample.ExitCode == 0, summary);
        Assert.Contains("All is well.", summary, StringComparison.Ordinal);
        Assert.Contains("0 that came later failed", summary, StringComparison.Ordinal);
    }
}
