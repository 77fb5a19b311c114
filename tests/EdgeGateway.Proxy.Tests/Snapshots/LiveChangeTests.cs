using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Snapshots;
using Microsoft.Extensions.Logging;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Snapshots;

public sealed class LiveChangeTests
{
    [Fact]
    public async Task The_log_tells_since_when_the_oldest_change_of_a_snapshot_waited_also_when_messages_were_taken_together()
    {
        using var stage = new CompilerStage(["web"], ["web"]);
        var log = new ListLogger();
        var aggregator = new ConfigurationAggregator(stage.Compiler, new SnapshotHolder(), log, static _ => { });
        var since = TimeProvider.System.GetTimestamp() - (TimeProvider.System.TimestampFrequency * 10);

        // Published before the loop runs: three messages, one snapshot.
        aggregator.Publish(Message("a") with { Change = new(7, since) });
        aggregator.Publish(Message("b") with { Change = new(9, TimeProvider.System.GetTimestamp()) });
        aggregator.Publish(Message("c"));
        using var stop = new CancellationTokenSource();
        var running = aggregator.RunAsync(stop.Token);
        await aggregator.FlushAsync().WaitAsync(TimeSpan.FromSeconds(30));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        var line = Assert.Single(log.Lines);
        Assert.Matches("^Provider nomad is live up to index 9 ms=1[0-9]{4}[.][0-9]{2} clock=[0-9]+$", line);
    }

    private static ProviderMessage Message(string host) => new(
        "nomad",
        new() { Http = new() { Routers = new[] { KeyValuePair.Create("r", new HttpRouterConfig { Rule = $"Host(`{host}`)", Service = "s" }) }.ToConfigMap() } },
        ConfigList<ConfigurationProblem>.Empty);

    private sealed class ListLogger : ILogger<ConfigurationAggregator>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
