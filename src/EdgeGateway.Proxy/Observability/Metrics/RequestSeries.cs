namespace EdgeGateway.Proxy.Observability.Metrics;

/// <summary>What is counted about the requests of one label set. Added to by any thread, without a lock.</summary>
internal sealed class RequestSeries(int buckets)
{
    private readonly long[] _buckets = new long[buckets];
    private long _count;
    private long _ticks;
    private long _requestBytes;
    private long _responseBytes;

    public long Count => Interlocked.Read(ref _count);

    public double Seconds => TimeSpan.FromTicks(Interlocked.Read(ref _ticks)).TotalSeconds;

    public long RequestBytes => Interlocked.Read(ref _requestBytes);

    public long ResponseBytes => Interlocked.Read(ref _responseBytes);

    /// <summary>Requests that took no longer than the bound of that index but longer than the one before.</summary>
    public long InBucket(int index) => Interlocked.Read(ref _buckets[index]);

    /// <summary>Adds a request.</summary>
    public void Add(TimeSpan duration, double[] bounds, long requestBytes, long responseBytes)
    {
        Interlocked.Increment(ref _count);
        Interlocked.Add(ref _ticks, duration.Ticks);
        Interlocked.Add(ref _requestBytes, requestBytes);
        Interlocked.Add(ref _responseBytes, responseBytes);
        var seconds = duration.TotalSeconds;
        for (var i = 0; i < bounds.Length; i++)
        {
            if (seconds <= bounds[i])
            {
                Interlocked.Increment(ref _buckets[i]);
                break;
            }
        }
    }
}
