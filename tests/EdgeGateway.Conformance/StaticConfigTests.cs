using System.Text.Json;
using EdgeGateway.Configuration.Static;

namespace EdgeGateway.Conformance;

/// <summary>Addresses and base paths, as Traefik's own tests judge them; every case runs.</summary>
public sealed class StaticConfigTests
{
    public static TheoryData<string, string, string> Cases()
    {
        var data = new TheoryData<string, string, string>();
        using var corpus = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Corpus, "conformance", "staticConfig.json")));
        foreach (var suite in corpus.RootElement.GetProperty("suites").EnumerateArray())
        {
            foreach (var item in suite.GetProperty("cases").EnumerateArray())
            {
                data.Add(suite.GetProperty("name").GetString()!, item.GetProperty("name").GetString()!, item.GetRawText());
            }
        }

        Assert.Equal(corpus.RootElement.GetProperty("caseCount").GetInt32(), data.Count);
        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Is_judged_as_recorded(string suite, string name, string json)
    {
        Assert.NotEmpty(name);
        using var item = JsonDocument.Parse(json);
        var expect = item.RootElement.GetProperty("expect");
        switch (suite)
        {
            case "address":
                var good = AddressSyntax.TryParse(item.RootElement.GetProperty("address").GetString()!, out var address, out _);
                Assert.Equal(!expect.TryGetProperty("error", out _), good);
                if (good)
                {
                    Assert.Equal(expect.GetProperty("listen").GetString(), address.Listen);
                    Assert.Equal(expect.GetProperty("protocol").GetString(), address.Protocol);
                }

                break;
            case "apiBasePath":
                Assert.Equal(expect.GetProperty("valid").GetBoolean(), StaticChecks.IsBasePath(item.RootElement.GetProperty("basePath").GetString()!));
                break;
            default:
                Assert.Fail($"nobody runs the suite {suite}");
                break;
        }
    }
}
