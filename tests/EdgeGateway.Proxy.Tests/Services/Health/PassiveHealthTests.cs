using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Forwarding;
using EdgeGateway.Proxy.Services;
using EdgeGateway.Proxy.Services.Health;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Services.Health;

public sealed class PassiveHealthTests
{
    private static readonly PassiveHealthCheckConfig Config = new() { FailureWindow = TimeSpan.FromSeconds(20), MaxFailedAttempts = 2 };

    private readonly SteppedTime _time = new();
    private readonly Server _server;

    public PassiveHealthTests() =>
        Assert.True(Server.TryCreate(new ServerConfig { Url = "http://a:1" }, new ServerAddresses(), out _server!, out _));

    [Fact]
    public void Enough_failures_within_the_window_take_a_server_out_for_as_long()
    {
        var passive = Make();
        passive.Note(_server, AttemptOutcome.Answered, 500);
        Assert.True(_server.IsUp);
        _time.Advance(TimeSpan.FromSeconds(19));
        passive.Note(_server, AttemptOutcome.Answered, 503);
        Assert.False(_server.IsUp);

        _time.Advance(TimeSpan.FromSeconds(19));
        Assert.False(_server.IsUp);
        _time.Advance(TimeSpan.FromSeconds(1.5));
        Assert.True(SpinWait.SpinUntil(() => _server.IsUp, TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void Failures_that_are_too_old_or_followed_by_a_success_do_not_count()
    {
        var passive = Make();
        passive.Note(_server, AttemptOutcome.Answered, 500);
        _time.Advance(TimeSpan.FromSeconds(21));
        passive.Note(_server, AttemptOutcome.Answered, 500);
        Assert.True(_server.IsUp);

        passive.Note(_server, AttemptOutcome.Answered, 200);
        passive.Note(_server, AttemptOutcome.Answered, 500);
        Assert.True(_server.IsUp);
    }

    [Fact]
    public void With_an_active_check_only_that_brings_it_back()
    {
        var passive = Make(isChecked: true);
        passive.Note(_server, AttemptOutcome.Answered, 500);
        passive.Note(_server, AttemptOutcome.Answered, 500);
        Assert.False(_server.IsUp);
        Assert.Equal(0, _time.Waiting);
    }

    [Theory]
    [InlineData(AttemptResult.Answered, 499, false, false)]
    [InlineData(AttemptResult.Answered, 500, false, true)]
    [InlineData(AttemptResult.ConnectFailed, 0, false, true)]
    [InlineData(AttemptResult.ConnectTimedOut, 0, false, true)]
    [InlineData(AttemptResult.TimedOut, 0, false, true)]
    [InlineData(AttemptResult.Unusable, 0, false, true)]
    [InlineData(AttemptResult.ClosedBeforeAnswer, 0, false, true)]
    [InlineData(AttemptResult.ClosedBeforeAnswer, 0, true, false)]
    [InlineData(AttemptResult.ClientLeft, 0, false, false)]
    [InlineData(AttemptResult.ClientBodyBroken, 0, false, false)]
    [InlineData(AttemptResult.CutShort, 200, false, false)]
    public void What_the_server_did_is_a_failure_not_what_the_client_did(AttemptResult result, int status, bool idled, bool isFailure) =>
        Assert.Equal(isFailure, PassiveHealth.IsFailure(new(result, false, null, idled), status));

    private PassiveHealth Make(bool isChecked = false) => new(Config, "s@test", isChecked, _time, NullLogger.Instance);
}
