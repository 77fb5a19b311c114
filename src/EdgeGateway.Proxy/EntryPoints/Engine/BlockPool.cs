using System.Buffers;

namespace EdgeGateway.Proxy.EntryPoints.Engine;

/// <summary>
/// Blocks for the engine's own buffers (HTTP/2 frames, bodies written before the head). The engine expects blocks of at least
/// 4 KB whatever it asks for, which <c>MemoryPool.Shared</c> does not give, and its own pool is not public. Blocks are kept with the
/// thread that gave them back, then in a shared queue; what neither has room for goes to the collector.
/// </summary>
internal sealed class BlockPool : MemoryPool<byte>
{
    private const int BlockSize = 4096; // Kestrel's block size
    private const int KeptPerThread = 32;
    private const int KeptShared = 1024;

    [ThreadStatic]
    private static Stack<Block>? t_kept;

    private readonly System.Collections.Concurrent.ConcurrentQueue<Block> _shared = new();

    private BlockPool()
    {
    }

    /// <summary>The pool.</summary>
    public static BlockPool Instance { get; } = new();

    /// <inheritdoc />
    public override int MaxBufferSize => BlockSize;

    /// <inheritdoc />
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockSize);
        if ((t_kept is { } kept && kept.TryPop(out var block)) || _shared.TryDequeue(out block))
        {
            block.Rented = true;
            return block;
        }

        return new Block(this) { Rented = true };
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
    }

    private void Return(Block block)
    {
        var kept = t_kept ??= new Stack<Block>(KeptPerThread);
        if (kept.Count < KeptPerThread)
        {
            kept.Push(block);
        }
        else if (_shared.Count < KeptShared)
        {
            _shared.Enqueue(block);
        }
    }

    private sealed class Block(BlockPool pool) : IMemoryOwner<byte>
    {
        private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(BlockSize);

        public bool Rented { get; set; }

        public Memory<byte> Memory => _bytes;

        public void Dispose()
        {
            if (Rented)
            {
                Rented = false;
                pool.Return(this);
            }
        }
    }
}
