using System.Text.Json;
using EdgeGateway.Proxy.Layer4;
using EdgeGateway.Proxy.Tests.Tls;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Layer4;

public sealed class BalancingTests
{
    public static TheoryData<int> WeightedCases => [.. Enumerable.Range(0, Suite().GetProperty("cases").GetArrayLength())];

    [Theory]
    [MemberData(nameof(WeightedCases))]
    public void Weighted_members_take_turns_as_in_Traefik(int index)
    {
        var test = Suite().GetProperty("cases")[index];
        var servers = test.GetProperty("servers").EnumerateArray().ToList();
        var turns = new WeightedTurns(servers.Select(static s => s.GetProperty("weight").GetInt64()));
        foreach (var expected in test.GetProperty("expect").GetProperty("sequence").EnumerateArray())
        {
            Assert.Equal(expected.GetString(), servers[turns.Next()].GetProperty("name").GetString());
        }
    }

    [Theory]
    [InlineData(new long[0])]
    [InlineData(new long[] { 0, -3 })]
    public void Without_weights_there_is_no_turn(long[] weights) => Assert.Equal(-1, new WeightedTurns(weights).Next());

    [Fact]
    public void Servers_take_turns_and_those_down_tried_or_avoided_are_passed_over()
    {
        var state = State("a:1", "b:1", "c:1");
        var order = Enumerable.Range(0, 6).Select(_ => state.Choose()!.Text).ToList();
        Assert.Equal(3, order.Distinct().Count());
        Assert.Equal(order[..3], order[3..]);
        state.Servers[0].IsUp = false;
        Assert.DoesNotContain("a:1", Enumerable.Range(0, 6).Select(_ => state.Choose()!.Text));
        Assert.Equal("c:1", state.Choose([state.Servers[1]])!.Text);
        Assert.Null(state.Choose([.. state.Servers]));
        state.Servers[1].Avoid(TimeProvider.System);
        Assert.All(Enumerable.Range(0, 4), _ => Assert.Equal("c:1", state.Choose()!.Text));
        state.Servers[2].IsUp = false;
        Assert.Equal("b:1", state.Choose()!.Text); // avoided, but there is no other
        state.Servers[1].IsUp = false;
        Assert.False(state.HasServer());
    }

    [Fact]
    public void A_server_that_stays_or_returns_keeps_its_object()
    {
        var state = State("a:1", "b:1");
        var (a, b) = (state.Servers[0], state.Servers[1]);
        state.Update([("b:1", false), ("c:1", false)]);
        Assert.Same(b, state.Servers[0]);
        state.Update([("a:1", false), ("a:1", true)]);
        Assert.Same(a, state.Servers[0]);
        Assert.NotSame(a, state.Servers[1]); // TLS makes it another one
    }

    [Theory]
    [InlineData("127.0.0.1:80", "127.0.0.1", 80)]
    [InlineData("[::1]:80", "::1", 80)]
    [InlineData("name:1", "name", 1)]
    [InlineData(":7", "localhost", 7)]
    public void An_address_is_read(string text, string host, int port)
    {
        Assert.True(Layer4Address.TryParse(text, out var address, out _));
        Assert.Equal(new Layer4Address(host, port), address);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("name")]
    [InlineData("::1:80")]
    [InlineData("[x]:80")]
    [InlineData("a:0")]
    [InlineData("a:65536")]
    [InlineData("a:-1")]
    public void A_wrong_address_is_refused_with_a_reason(string? text)
    {
        Assert.False(Layer4Address.TryParse(text, out _, out var error));
        Assert.Contains($"\"{text}\"", error);
    }

    private static JsonElement Suite() =>
        Corpus.Json("conformance/loadBalancing.json").GetProperty("suites").EnumerateArray().Single(static s => s.GetProperty("name").GetString() == "tcpUdpWrr");

    private static Layer4ServiceState State(params string[] addresses)
    {
        var state = new Layer4ServiceState("s@test", TimeProvider.System, new Random(1));
        Assert.Empty(state.Update(addresses.Select(static a => ((string?)a, false))));
        return state;
    }
}
