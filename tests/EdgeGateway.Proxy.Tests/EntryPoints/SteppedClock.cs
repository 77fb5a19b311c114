namespace EdgeGateway.Proxy.Tests.EntryPoints;

/// <summary>The system's time, which a test can set forward. Timers keep their own pace.</summary>
internal sealed class SteppedClock : TimeProvider
{
    private long _ahead;

    public override long GetTimestamp() => System.GetTimestamp() + Volatile.Read(ref _ahead);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + System.GetElapsedTime(0, Volatile.Read(ref _ahead));

    public void Step(TimeSpan by) => Interlocked.Add(ref _ahead, (long)(by.TotalSeconds * TimestampFrequency));
}
