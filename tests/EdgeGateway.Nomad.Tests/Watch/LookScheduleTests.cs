using EdgeGateway.Nomad.Watch;
using Xunit;

namespace EdgeGateway.Nomad.Tests.Watch;

public sealed class LookScheduleTests
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Spacing = TimeSpan.FromSeconds(10);
    private readonly ManualClock _clock = new();

    [Fact]
    public async Task A_look_is_due_when_the_period_is_over_and_again_a_period_after_it_began()
    {
        var looks = new LookSchedule(_clock, Period, Spacing);
        var due = looks.DueAsync(CancellationToken.None);
        _clock.Advance(Period - TimeSpan.FromTicks(1));
        Assert.False(due.IsCompleted);
        _clock.Advance(TimeSpan.FromTicks(1));
        await due.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(LookReason.Periodic, looks.Begin());

        due = looks.DueAsync(CancellationToken.None);
        _clock.Advance(Period - TimeSpan.FromSeconds(1));
        Assert.False(due.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await due.WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Who_asks_gets_it_sooner_and_never_later()
    {
        var looks = new LookSchedule(_clock, Period, Spacing);
        var due = looks.DueAsync(CancellationToken.None);
        looks.Ask(LookReason.Doubt, TimeSpan.FromMinutes(10));
        looks.Ask(LookReason.Vague, TimeSpan.FromSeconds(20));
        looks.Ask(LookReason.Doubt, TimeSpan.FromSeconds(40));
        Assert.False(due.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(20));
        await due.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(LookReason.Vague, looks.Begin());
    }

    [Fact]
    public async Task The_wait_ends_when_it_is_cancelled()
    {
        using var stop = new CancellationTokenSource();
        var due = new LookSchedule(_clock, Period, Spacing).DueAsync(stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => due);
    }

    [Fact]
    public async Task A_doubt_is_looked_into_at_once_and_ever_later_while_it_was_wrong()
    {
        var looks = new LookSchedule(_clock, Period, Spacing);
        foreach (var delay in new[] { 0, 20, 40, 80, 160, 300, 300 })
        {
            looks.Begin();
            looks.Doubt();
            await DueAfterAsync(TimeSpan.FromSeconds(delay));
            Assert.Equal(LookReason.Doubt, looks.Begin());
            looks.DoubtWasWrong();
        }

        looks.DoubtWasRight();
        looks.Doubt();
        await DueAfterAsync(TimeSpan.Zero);

        async Task DueAfterAsync(TimeSpan delay)
        {
            var due = looks.DueAsync(CancellationToken.None);
            if (delay > TimeSpan.Zero)
            {
                _clock.Advance(delay - TimeSpan.FromTicks(1));
                Assert.False(due.IsCompleted);
                _clock.Advance(TimeSpan.FromTicks(1));
            }

            await due.WaitAsync(TimeSpan.FromSeconds(60));
        }
    }
}
