using EdgeGateway.Nomad.Client;
using EdgeGateway.Testbed.Nomad;
using Xunit;

namespace EdgeGateway.Nomad.Tests.Client;

public sealed class NomadClientTests
{
    [Theory]
    [InlineData(0, "1ms")]
    [InlineData(1, "1ms")]
    [InlineData(TimeSpan.TicksPerMillisecond - 1, "1ms")]
    [InlineData((7 * TimeSpan.TicksPerMillisecond) + 1, "8ms")]
    public async Task A_wait_of_less_than_a_millisecond_is_not_Nomads_default_of_five_minutes(long ticks, string sent)
    {
        await using var nomad = await EmbeddedNomad.StartAsync();
        nomad.Register("a", "web", 8080);
        using var client = new NomadClient(new NomadProviderOptions { Address = nomad.Url }, new NomadTimings(), TimeProvider.System);
        client.ChooseEndpoint();
        var answer = await client.ServicesAsync(nomad.Index, TimeSpan.FromTicks(ticks), stale: false, CancellationToken.None);
        Assert.Equal(nomad.Index, answer.Index);
        Assert.Contains(nomad.Targets, target => target.Contains($"wait={sent}", StringComparison.Ordinal));
    }
}
