namespace EdgeGateway.Proxy.Observability.Metrics;

/// <summary>A number that any thread adds to.</summary>
internal sealed class Counter
{
    private long _value;

    public long Value => Interlocked.Read(ref _value);

    public void Add(long value = 1) => Interlocked.Add(ref _value, value);
}
