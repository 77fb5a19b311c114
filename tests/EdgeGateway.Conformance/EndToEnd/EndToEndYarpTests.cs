namespace EdgeGateway.Conformance.EndToEnd;

/// <summary>The recorded cases of forwarding and paths through the other forwarder.</summary>
public sealed class EndToEndYarpTests(ReplayedThroughYarp replay) : IClassFixture<ReplayedThroughYarp>
{
    public static TheoryData<string> Cases() => EndToEndTests.CasesOf(ReplayedThroughYarp.Chosen);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Answers_as_recorded(string id)
    {
        var (verdict, difference) = replay.Find(id);
        Assert.True(verdict is "passed" or "accepted", $"{verdict}: {difference}");
    }
}
