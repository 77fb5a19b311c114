using System.Net;
using System.Text.Json;
using EdgeGateway.Rules.Syntax;
using EdgeGateway.Rules.Tcp;

namespace EdgeGateway.Conformance;

/// <summary>All cases of rules-tcp.json and rules-tcp-extra.json.</summary>
public sealed class RulesTcpTests
{
    [Fact]
    public void Every_rule_of_the_upstream_tables_matches_what_it_matches_in_Traefik()
    {
        var failures = new List<string>();
        var rules = 0;
        foreach (var entry in RulesCorpus.Read("rules-tcp.json").Where(entry => entry.Text("kind") is "match" or "catchAll"))
        {
            rules++;
            var rule = Parse(entry, failures);
            // These tables test below the layer that lower-cases the SNI; the expression sees what they give.
            var asGiven = entry.Text("rule").StartsWith("HostSNIRegexp", StringComparison.Ordinal);
            foreach (var test in entry.Items("cases"))
            {
                RulesHttpTests.Check(entry, test, rule?.Matches(View(test.GetProperty("request"), asGiven)), failures);
            }

            if (entry.TryGetProperty("expectedCatchAll", out var catchAll) && rule?.IsCatchAll != catchAll.GetBoolean())
            {
                failures.Add($"{entry.Text("id")} {entry.Text("rule")}: catch-all {rule?.IsCatchAll}");
            }
        }

        RulesCorpus.AssertNone(failures, rules, 199);
    }

    [Fact]
    public void Every_recorded_connection_matches_what_it_matched_in_Traefik()
    {
        var failures = new List<string>();
        var checks = 0;
        foreach (var entry in RulesCorpus.Read("rules-tcp-extra.json"))
        {
            var text = entry.Text("rule");
            var rule = Parse(entry, failures);
            var names = RulesHttpTests.Try(() => TcpRule.ParseServerNames(text));
            var expected = RulesHttpTests.Expected(entry, "parseHostSNIError", "parsedHostSNI");
            if (!(names ?? ["(error)"]).SequenceEqual(expected ?? ["(error)"]))
            {
                failures.Add($"{entry.Text("id")} {text}: names {string.Join(' ', names ?? ["(error)"])}");
            }

            if (TcpRule.PriorityOf(text) != entry.GetProperty("defaultPriority").GetInt64())
            {
                failures.Add($"{entry.Text("id")} {text}: priority {TcpRule.PriorityOf(text)}");
            }

            foreach (var test in entry.Items("cases"))
            {
                checks++;
                var matches = rule?.Matches(View(test.GetProperty("request")));
                RulesHttpTests.Check(entry, test, matches, failures);
                if ((matches == true && rule!.IsCatchAll) != test.Flag("catchAll"))
                {
                    failures.Add($"{entry.Text("id")} {text} {test}: catch-all {rule?.IsCatchAll}");
                }
            }
        }

        RulesCorpus.AssertNone(failures, checks, 252);
    }

    [Fact]
    public void Server_names_and_priorities_are_those_of_Traefik()
    {
        var checks = 0;
        foreach (var entry in RulesCorpus.Read("rules-tcp.json"))
        {
            switch (entry.Text("kind"))
            {
                case "parseHostSNI":
                    checks++;
                    Assert.Equal(
                        RulesHttpTests.Expected(entry, "expectedError", "expectedDomains"),
                        RulesHttpTests.Try(() => TcpRule.ParseServerNames(entry.Text("rule"))));
                    break;
                case "rulePriority":
                    checks++;
                    Assert.Equal(entry.GetProperty("expectedPriority").GetInt64(), TcpRule.PriorityOf(entry.Text("rule")));
                    break;
            }
        }

        Assert.Equal(21, checks);
    }

    /// <summary>TCP routing itself is of a later issue; what the winner rests on is that its rule matches and which others do.</summary>
    [Fact]
    public void The_rule_that_wins_in_Traefik_matches_and_no_rule_of_higher_priority_does()
    {
        var checks = 0;
        foreach (var entry in RulesCorpus.Read("rules-tcp.json", "priority"))
        {
            checks++;
            var precedence = entry.Texts("providersPrecedence");
            var view = View(entry.GetProperty("request"));
            var winner = entry.Items("routes")
                .OrderByDescending(static route => route.GetProperty("priority").GetInt64())
                .ThenBy(route => Array.IndexOf(precedence, route.Text("provider")) is >= 0 and var rank ? rank : int.MaxValue)
                .First(route => TcpRule.Parse(route.Text("rule")).Matches(view));
            Assert.Equal(entry.Text("expectedRule"), winner.Text("rule"));
            Assert.Equal(entry.Text("expectedProvider"), winner.Text("provider"));
        }

        Assert.Equal(5, checks);
    }

    private static TcpRule? Parse(JsonElement entry, List<string> failures)
    {
        try
        {
            var rule = TcpRule.Parse(entry.Text("rule"), entry.Text("syntax"));
            if (entry.Flag("expectedError"))
            {
                failures.Add($"{entry.Text("id")} {entry.Text("rule")}: no error, expected {entry.Text("errorText")}");
            }

            return rule;
        }
        catch (RuleException exception)
        {
            if (!entry.Flag("expectedError"))
            {
                failures.Add($"{entry.Text("id")} {entry.Text("rule")}: {exception.Message}");
            }

            return null;
        }
    }

    /// <summary>The connection as the gateway's reading of the ClientHello gives it.</summary>
    private static TcpConnectionView View(JsonElement request, bool asGiven = false)
    {
        var address = request.Text("remoteAddr");
        if (!request.Flag("remoteAddrHasNoPort") && IPEndPoint.TryParse(address, out var endPoint))
        {
            address = endPoint.Address.ToString();
        }

        return new(
            asGiven ? request.Text("serverName") : request.Text("serverName").Trim().ToLowerInvariant(),
            IPAddress.TryParse(address, out var peer) ? peer : null,
            request.Texts("alpnProtos"));
    }
}
