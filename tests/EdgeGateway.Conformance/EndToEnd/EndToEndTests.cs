using System.Text.Json;

namespace EdgeGateway.Conformance.EndToEnd;

/// <summary>Every recorded case: the same bytes to the client and to the server as Traefik v3.7.9, or a deviation with its reason.</summary>
public sealed class EndToEndTests(ReplayedScenarios replay) : IClassFixture<ReplayedScenarios>
{
    public static TheoryData<string> Cases() => CasesOf(ReplayedScenarios.Names);

    internal static TheoryData<string> CasesOf(IEnumerable<string> scenarios)
    {
        var data = new TheoryData<string>();
        foreach (var name in scenarios)
        {
            using var scenario = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Corpus, "e2e", "scenarios", name + ".json")));
            foreach (var item in scenario.RootElement.GetProperty("cases").EnumerateArray())
            {
                if (item.TryGetProperty("id", out var id))
                {
                    data.Add($"{name}/{id.GetString()}");
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Answers_as_recorded(string id)
    {
        var (verdict, difference) = replay.Find(id);
        Assert.True(verdict is "passed" or "accepted", $"{verdict}: {difference}");
    }
}
