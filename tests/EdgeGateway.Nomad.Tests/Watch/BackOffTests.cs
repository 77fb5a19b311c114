using EdgeGateway.Testbed.Nomad;
using Xunit;

namespace EdgeGateway.Nomad.Tests.Watch;

/// <summary>The wait of minutes after a fault ends when Nomad is back, and only then.</summary>
public sealed class BackOffTests
{
    private const string Leader = "/v1/status/leader";

    private static readonly NomadTimings Patient = RunningProvider.Quick with { BackoffBase = TimeSpan.FromMinutes(5), BackoffMax = TimeSpan.FromMinutes(5) };

    [Theory]
    [InlineData(NomadFaultMode.Refuse, "EG-NOMAD-UNREACHABLE")]
    [InlineData(NomadFaultMode.NoLeader, "EG-NOMAD-5XX")]
    [InlineData(NomadFaultMode.BadGateway, "EG-NOMAD-5XX")]
    [InlineData(NomadFaultMode.Hang, "EG-NOMAD-TIMEOUT")]
    [InlineData(NomadFaultMode.NotCredible, "EG-NOMAD-INDEX0")]
    public async Task It_ends_when_Nomad_is_back(NomadFaultMode fault, string code)
    {
        await using var nomad = await EmbeddedNomad.StartAsync();
        nomad.Register("a", "web", 8080);
        var patient = RunningProvider.For(fault) with { BackoffBase = Patient.BackoffBase, BackoffMax = Patient.BackoffMax };
        await using var provider = RunningProvider.On(nomad, patient);
        await provider.UntilIdsAsync("a");
        await provider.ConnectedAsync();
        nomad.Fault = fault;
        await provider.LoggedAsync(code);
        nomad.Fault = NomadFaultMode.None;
        nomad.Register("b", "web", 8081);
        await provider.UntilIdsAsync("a", "b");
        await provider.LoggedAsync("is well again");

        // The next outage is another one: nothing of the first is remembered. It may begin with the stream's end.
        var told = provider.Log.Lines.Count(static line => line.StartsWith("Warning: ", StringComparison.Ordinal));
        nomad.Fault = fault;
        nomad.Register("c", "web", 8082);
        await provider.LoggedAsync("Warning: ", times: told + 1);
        nomad.Fault = NomadFaultMode.None;
        await provider.UntilIdsAsync("a", "b", "c");
    }

    [Fact]
    public async Task It_ends_when_another_address_of_the_list_is_back()
    {
        await using var first = await EmbeddedNomad.StartAsync();
        await using var second = await EmbeddedNomad.StartAsync();
        first.Register("a", "web", 8080);
        first.Heartbeat = second.Heartbeat = TimeSpan.FromMilliseconds(200);
        second.Register("a", "web", 8080);
        second.Fault = NomadFaultMode.Refuse;
        await using var provider = new RunningProvider(new NomadProviderOptions { Address = $"{first.Url},{second.Url}" }, Patient);
        await provider.ConnectedAsync();
        first.Fault = NomadFaultMode.Refuse;
        await provider.LoggedAsync("EG-NOMAD-UNREACHABLE");
        second.Register("b", "web", 8081);
        second.Fault = NomadFaultMode.None;
        await provider.UntilIdsAsync("a", "b");
    }

    [Fact]
    public async Task It_is_kept_when_the_tries_after_good_signs_failed_too()
    {
        await using var nomad = await EmbeddedNomad.StartAsync();
        await using var provider = RunningProvider.On(nomad, Patient with { ProbesBelieved = 2, HealthySession = TimeSpan.FromMinutes(5) });
        await provider.ConnectedAsync();
        nomad.Fault = NomadFaultMode.NotReady;
        await provider.LoggedAsync("EG-NOMAD-5XX");

        // Two signs of the session's wait, two of the calls': after them it is silent.
        var calls = 0;
        for (var quiet = 0; quiet < 6; quiet = nomad.Targets.Count == calls ? quiet + 1 : 0)
        {
            calls = nomad.Targets.Count;
            await Task.Delay(Patient.ProbeEvery);
        }

        Assert.InRange(nomad.Calls[Leader], 1, 4);
    }

    [Theory]
    [InlineData(NomadFaultMode.Forbidden, "EG-NOMAD-403")]
    [InlineData(NomadFaultMode.TooMany, "EG-NOMAD-429")]
    [InlineData(NomadFaultMode.Malformed, "EG-NOMAD-JSON")]
    public async Task What_an_answering_agent_does_not_cure_is_not_asked_about(NomadFaultMode fault, string code)
    {
        await using var nomad = await EmbeddedNomad.StartAsync();
        await using var provider = RunningProvider.On(nomad, Patient);
        await provider.ConnectedAsync();
        nomad.Fault = fault;
        await provider.LoggedAsync(code);
        await Task.Delay(Patient.ProbeEvery * 4);
        Assert.DoesNotContain(Leader, nomad.Calls.Keys);
    }
}
