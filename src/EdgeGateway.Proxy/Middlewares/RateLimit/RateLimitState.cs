using System.Collections.Concurrent;

namespace EdgeGateway.Proxy.Middlewares.RateLimit;

/// <summary>
/// The token buckets of one <c>rateLimit</c>, one for each source. Outlives reloads that leave the middleware as it was. Bounded: whoever sends
/// from ever new addresses pushes out the sources that were silent longest.
/// </summary>
/// <param name="rate">Tokens per second, above 0.</param>
/// <param name="burst">Size of a bucket; it begins full.</param>
/// <param name="time">Clock.</param>
/// <param name="most">Sources that are kept.</param>
internal sealed class RateLimitState(double rate, long burst, TimeProvider time, int most = RateLimitState.MostSources)
{
    // Traefik's.
    private const int MostSources = 65_536;

    private readonly ConcurrentDictionary<string, Bucket> _buckets = new(StringComparer.Ordinal);
    private readonly Lock _sweeping = new();
    private readonly long _origin = time.GetTimestamp();

    // A bucket that was not used for so long is full again, or will be taken for it: 1 s, and the time of one token.
    private readonly double _life = 1 + (rate >= 1 ? 1 : Math.Floor(1 / rate));

    /// <summary>Longest wait for which a request is held back instead of refused.</summary>
    public TimeSpan MaxDelay { get; } = rate < 1 ? TimeSpan.FromMilliseconds(500) : TimeSpan.FromSeconds(1 / (2 * Math.Floor(rate)));

    /// <summary>Sources that are known.</summary>
    public int Count => _buckets.Count;

    /// <summary>Takes a token; the wait until it is there, which leaves the bucket as it was when it is longer than <see cref="MaxDelay"/>.</summary>
    public TimeSpan Take(string source)
    {
        var now = time.GetElapsedTime(_origin).TotalSeconds;
        while (true)
        {
            if (!_buckets.TryGetValue(source, out var bucket))
            {
                if (_buckets.Count >= most)
                {
                    Sweep(now);
                }

                bucket = _buckets.GetOrAdd(source, static (_, full) => new Bucket(full.Burst, full.Now), (Burst: (double)burst, Now: now));
            }

            lock (bucket)
            {
                if (!bucket.IsGone)
                {
                    return Take(bucket, now);
                }
            }
        }
    }

    private TimeSpan Take(Bucket bucket, double now)
    {
        // Another request of the source may have looked at the clock later and been here before.
        var passed = Math.Max(0, now - bucket.Last);
        var tokens = passed > _life ? burst : Math.Min(burst, bucket.Tokens + (passed * rate));
        bucket.Last += passed;
        var wait = tokens >= 1 ? TimeSpan.Zero : TimeSpan.FromSeconds((1 - tokens) / rate);
        bucket.Tokens = wait > MaxDelay ? tokens : tokens - 1;
        return wait;
    }

    private void Sweep(double now)
    {
        lock (_sweeping)
        {
            if (_buckets.Count < most)
            {
                return;
            }

            // What is full again is no loss; if that is not enough, an eighth of the others goes.
            foreach (var (source, bucket) in _buckets)
            {
                if (now - bucket.Last > _life)
                {
                    Remove(source, bucket);
                }
            }

            foreach (var (source, bucket) in _buckets.OrderBy(static entry => entry.Value.Last).Take(Math.Max(0, _buckets.Count - (most / 8 * 7))).ToArray())
            {
                Remove(source, bucket);
            }
        }
    }

    private void Remove(string source, Bucket bucket)
    {
        lock (bucket)
        {
            bucket.IsGone = true;
            _buckets.TryRemove(source, out _);
        }
    }

    private sealed class Bucket(double tokens, double last)
    {
        public double Tokens { get; set; } = tokens;

        public double Last { get; set; } = last;

        public bool IsGone { get; set; }
    }
}
