using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.Observability.AccessLog;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Observability;

public class AccessLogFilterTests
{
    [Theory]
    [InlineData(200, 0, 0, true)] // the status
    [InlineData(302, 0, 0, true)]
    [InlineData(404, 0, 0, false)]
    [InlineData(404, 1, 0, true)] // tried again
    [InlineData(404, 0, 10, false)]
    [InlineData(404, 0, 11, true)] // longer than 10 ms
    public void One_filter_that_keeps_it_is_enough(int status, int retries, int milliseconds, bool kept)
    {
        var config = new AccessLogFiltersConfig { StatusCodes = ["200", "300-302"], RetryAttempts = true, MinDuration = TimeSpan.FromMilliseconds(10) };
        Assert.Equal(kept, AccessLogFilter.Create(config, out var error)!.Keeps(status, retries, TimeSpan.FromMilliseconds(milliseconds)));
        Assert.Null(error);
    }

    [Fact]
    public void Without_a_filter_all_are_kept() => Assert.Null(AccessLogFilter.Create(new(), out _));

    [Fact]
    public void A_word_that_is_no_status_is_told_and_keeps_nothing_else_from_working()
    {
        Assert.Null(AccessLogFilter.Create(new() { StatusCodes = ["2xx"] }, out var error));
        Assert.Contains("\"2xx\"", error, StringComparison.Ordinal);
        var other = AccessLogFilter.Create(new() { StatusCodes = ["2xx"], RetryAttempts = true }, out _)!;
        Assert.True(other.Keeps(200, 1, default));
        Assert.False(other.Keeps(200, 0, default));
    }

    [Fact]
    public void Modes_are_those_of_single_names_before_the_default()
    {
        var fields = new AccessLogFields(new()
        {
            DefaultMode = "drop",
            Names = new Dictionary<string, string> { ["clientHOST"] = "keep", ["StartUTC"] = "what", ["Duration"] = "drop", ["Nonsense"] = "keep", ["3"] = "keep" }.ToConfigMap(),
            Headers = new() { DefaultMode = "redact", Names = new Dictionary<string, string> { ["user-agent"] = "KEEP", ["Cookie"] = "drop" }.ToConfigMap() },
        });

        Assert.True(fields.Keeps(AccessLogField.ClientHost));
        Assert.True(fields.Keeps(AccessLogField.StartUTC));
        Assert.False(fields.Keeps(AccessLogField.Duration));
        Assert.False(fields.Keeps(AccessLogField.RequestPath));
        Assert.Equal(HeaderMode.Keep, fields.Of("User-Agent"));
        Assert.Equal(HeaderMode.Drop, fields.Of("cookie"));
        Assert.Equal(HeaderMode.Redact, fields.Of("Accept"));
        Assert.Equal(["3", "Nonsense"], fields.UnknownNames.Order(StringComparer.Ordinal));
        Assert.True(fields.KeepsHeaders);
        Assert.False(AccessLogFields.Default.KeepsHeaders);
    }
}
