namespace EdgeGateway.Proxy;

/// <summary>Spans in the unit of <see cref="TimeProvider.GetTimestamp"/>.</summary>
internal static class Clock
{
    /// <summary>How many ticks of this clock's timestamps a span lasts.</summary>
    public static long Ticks(this TimeProvider time, TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);
}
