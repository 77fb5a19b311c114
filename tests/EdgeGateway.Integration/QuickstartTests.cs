using System.Diagnostics;
using Xunit.Abstractions;

namespace EdgeGateway.Integration;

public sealed class QuickstartTests(ITestOutputHelper output)
{
    [Fact]
    public async Task The_unattended_tour_ends_well()
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Quickstart"))
        {
            ArgumentList = { "--once" }, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var quickstart = Process.Start(start)!;
        var said = quickstart.StandardOutput.ReadToEndAsync();
        var complained = quickstart.StandardError.ReadToEndAsync();
        try
        {
            await quickstart.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(3));
        }
        finally
        {
            if (!quickstart.HasExited)
            {
                quickstart.Kill(entireProcessTree: true);
            }
        }

        var summary = await said + await complained;
        output.WriteLine(summary);
        Assert.True(quickstart.ExitCode == 0, summary);
        Assert.Contains("All is well.", summary, StringComparison.Ordinal);
    }
}
