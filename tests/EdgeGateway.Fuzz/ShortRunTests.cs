using Xunit;

namespace EdgeGateway.Fuzz;

/// <summary>Two seconds of each target; the long runs are made by hand.</summary>
public sealed class ShortRunTests
{
    public static TheoryData<string> Targets() => new(FuzzTarget.All.Select(static target => target.Name));

    [Theory]
    [MemberData(nameof(Targets))]
    public void Nothing_but_its_own_exceptions_comes_out_of_a_parser(string name)
    {
        var report = FuzzRun.Run(FuzzTarget.All.Single(target => target.Name == name), 200_000, TimeSpan.FromSeconds(2), seed: 1);
        Assert.True(report.Findings.Count == 0, report.ToString());
        Assert.True(report.Inputs > 10, report.ToString());
    }
}
