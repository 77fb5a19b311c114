namespace EdgeGateway.Proxy.Pipeline.Bodies;

/// <summary>What copies of request bodies may take in all. Where it ends, a body is passed on without a copy.</summary>
/// <param name="total">Bytes for all copies at one moment.</param>
/// <param name="each">Bytes for one copy whose user sets no limit.</param>
internal sealed class BodyMemory(long total = 256L << 20, int each = 16 << 20)
{
    private long _left = total;

    /// <summary>Bytes for one copy where the configuration says "no limit" (−1): a request must not fill the memory.</summary>
    public int Each { get; } = each;

    /// <summary>Takes bytes; false when there are not as many left.</summary>
    public bool TryTake(int bytes)
    {
        if (Interlocked.Add(ref _left, -bytes) >= 0)
        {
            return true;
        }

        Give(bytes);
        return false;
    }

    /// <summary>Gives bytes back.</summary>
    public void Give(int bytes) => Interlocked.Add(ref _left, bytes);
}
