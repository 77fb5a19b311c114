using EdgeGateway.Tailscale.Certificates;
using EdgeGateway.Tailscale.LocalApi;
using FsCheck.Xunit;
using Xunit;

namespace EdgeGateway.Tailscale.Tests.Certificates;

public class PlanTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan SixHours = TimeSpan.FromHours(6);

    [Theory]
    [InlineData(90 * 86400, 0, 6 * 3600)] // far from due: the regular look
    [InlineData(60, 0, 40)] // due before the regular look
    [InlineData(60, 40, 1.8)] // due: again soon
    [InlineData(90 * 86400, 61 * 86400, 270)] // due: 5 minutes
    [InlineData(60, 59.9, 0.9)] // about to end: not a storm
    [InlineData(60, 70, 0.9)] // expired
    public void The_next_look_scales_with_the_life(double life, double age, double seconds)
    {
        var plan = new RenewalPlan(Start, Start.AddSeconds(life));
        Assert.Equal(seconds, plan.NextLook(Start.AddSeconds(age), 0, SixHours, jitter: 0).TotalSeconds, 1);
    }

    [Fact]
    public void A_forced_order_is_asked_for_only_late_seldom_and_for_less_than_a_life()
    {
        var plan = new RenewalPlan(Start, Start.AddDays(90));
        Assert.Null(plan.MinValidity(Start.AddDays(74), null));
        var late = Start.AddDays(76);
        Assert.Equal(TimeSpan.FromDays(15.4), plan.MinValidity(late, null));
        Assert.Null(plan.MinValidity(late, late.AddHours(-5)));
        Assert.NotNull(plan.MinValidity(late, late.AddHours(-6)));
        Assert.Null(plan.MinValidity(Start.AddDays(91), null));
    }

    [Property]
    public bool A_look_is_never_at_once_and_never_after_the_end_unless_that_is_near(uint life, uint age, ushort jitter)
    {
        var plan = new RenewalPlan(Start, Start.AddSeconds(60 + (life % 31_536_000)));
        var now = Start.AddSeconds(age % (plan.Life.TotalSeconds * 1.2));
        var wait = plan.NextLook(now, (int)(age % 5), SixHours, jitter / 65536.0);
        return wait > TimeSpan.FromMilliseconds(500)
            && (now + wait < plan.NotAfter || now > plan.NotAfter - (plan.Life / 25) - TimeSpan.FromMinutes(6));
    }

    [Fact]
    public void Transient_failures_are_repeated_once_quickly_then_from_a_minute_to_an_hour()
    {
        var options = new CertificateKeeperOptions();
        var error = new LocalApiException(LocalApiFault.Transient, "SetDNS");
        var waits = Enumerable.Range(0, 12).Select(n => RetryPlan.Delay(error, n, null, options, 0.5)).ToArray();
        Assert.InRange(waits[0], TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5));
        Assert.Equal(TimeSpan.FromMinutes(1), waits[1]);
        Assert.Equal(TimeSpan.FromMinutes(2), waits[2]);
        Assert.Equal(TimeSpan.FromMinutes(60), waits[^1]);
        Assert.Equal(TimeSpan.FromSeconds(2), RetryPlan.Delay(error, 1, TimeSpan.FromSeconds(60), options, 0.5));
    }

    [Fact]
    public void A_rate_limit_is_waited_out_at_least_ten_minutes()
    {
        var options = new CertificateKeeperOptions();
        Assert.Equal(TimeSpan.FromMinutes(10), RetryPlan.Delay(new(LocalApiFault.RateLimited, "", 429, TimeSpan.FromSeconds(3)), 0, null, options, 0));
        Assert.Equal(TimeSpan.FromHours(2), RetryPlan.Delay(new(LocalApiFault.RateLimited, "", 429, TimeSpan.FromHours(2)), 0, null, options, 0));
    }

    [Theory]
    [InlineData("edge.tail-test.ts.net", true, CertificateState.Pending, "edge.tail-test.ts.net", null)]
    [InlineData("app.edge.tail-test.ts.net", true, CertificateState.Pending, "*.edge.tail-test.ts.net", null)]
    [InlineData("*.edge.tail-test.ts.net", true, CertificateState.Pending, "*.edge.tail-test.ts.net", null)]
    [InlineData("app.edge.tail-test.ts.net", false, CertificateState.Refused, null, "EG-CERT-WILDCARD")]
    [InlineData("a.b.edge.tail-test.ts.net", true, CertificateState.Refused, null, "EG-CERT-WILDCARD")]
    [InlineData("other.tail-test.ts.net", true, CertificateState.OtherNode, null, null)]
    [InlineData("bedge.tail-test.ts.net", true, CertificateState.OtherNode, null, null)]
    [InlineData("edge.tail-tst.ts.net", true, CertificateState.Refused, null, "EG-CERT-NAME")]
    [InlineData("example.com", true, CertificateState.Refused, null, "EG-CERT-NAME")]
    [InlineData("*", true, CertificateState.Refused, null, "EG-CERT-NAME")]
    public void A_name_is_asked_left_or_refused(string name, bool wildcard, CertificateState state, string? askAs, string? code)
    {
        var node = new TailscaleStatus("1", "Running", "edge.tail-test.ts.net", "tail-test.ts.net", ["edge.tail-test.ts.net"], wildcard, true, true, null);
        var plan = NamePlan.Decide(name, node);
        Assert.Equal((state, askAs, code), (plan.State, plan.AskAs, plan.Refusal?.Code));
    }
}
