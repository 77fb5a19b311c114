using System.Text.Json;
using EdgeGateway.Tailscale.Certificates;
using EdgeGateway.Tailscale.LocalApi;
using Xunit;

namespace EdgeGateway.Tailscale.Tests.Certificates;

/// <summary>All of <c>conformance/tailscale.json</c>: which names Traefik v3.7.9's resolver asks for.</summary>
public class TailscaleConformanceTests
{
    // Case → our answer. tailscaled issues wildcards since 1.96, so names below a machine can be served (docs/compatibility.md).
    private static readonly Dictionary<string, bool> Deviations = new(StringComparer.Ordinal)
    {
        ["isTailscaleDomain/too much labels"] = true,
    };

    [Fact]
    public void Every_case_of_the_file_gives_Traefik_s_outcome_or_a_listed_deviation()
    {
        var file = Corpus.Read("conformance/tailscale.json");
        var count = 0;
        var used = new HashSet<string>();
        foreach (var suite in file.GetProperty("suites").EnumerateArray())
        {
            foreach (var test in suite.GetProperty("cases").EnumerateArray())
            {
                count++;
                var id = $"{suite.GetProperty("name").GetString()}/{test.GetProperty("name").GetString()}";
                if (test.TryGetProperty("domain", out var domain))
                {
                    var expected = test.GetProperty("expect").GetProperty("valid").GetBoolean();
                    if (Deviations.TryGetValue(id, out var ours))
                    {
                        Assert.NotEqual(expected, ours);
                        used.Add(id);
                        expected = ours;
                    }

                    Assert.True(expected == TailnetName.IsValid(domain.GetString()!), id);
                    continue;
                }

                var names = test.TryGetProperty("domains", out var given)
                    ? WantedNames.For("foo", [new RouterNames("foo", Strings(given), [])])
                    : WantedNames.For(test.GetProperty("resolverName").GetString()!, Routers(test.GetProperty("config")));
                Assert.Equal(Strings(test.GetProperty("expect").GetProperty("domains")), names.Where(TailnetName.IsValid));
            }
        }

        Assert.Equal(file.GetProperty("caseCount").GetInt32(), count);
        Assert.Equal(Deviations.Keys.Order(), used.Order());
    }

    private static IEnumerable<RouterNames> Routers(JsonElement config) =>
        from kind in config.EnumerateObject()
        from router in kind.Value.GetProperty("routers").EnumerateObject()
        let tls = router.Value.GetProperty("tls")
        let mains = tls.TryGetProperty("domains", out var d) ? d.EnumerateArray().Select(x => x.GetProperty("main").GetString()!).ToArray() : []
        select new RouterNames(tls.GetProperty("certResolver").GetString(), mains, [Literal(router.Value.GetProperty("rule").GetString()!)]);

    // The file's rules are a single Host(`…`) or HostSNI(`…`); the rule language has its own tests.
    private static string Literal(string rule)
    {
        var parts = rule.Split('`');
        Assert.True(parts is ["Host(" or "HostSNI(", _, ")"], rule);
        return parts[1];
    }

    private static string[] Strings(JsonElement list) =>
        list.ValueKind == JsonValueKind.Null ? [] : [.. list.EnumerateArray().Select(x => x.GetString()!)];
}
