using System.Buffers;
using System.Collections.Concurrent;

namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>
/// The memory of pipes and HTTP engine: blocks of one size, owner and bytes in one object that is kept, so that renting allocates
/// nothing. A request for nothing gives a whole block, which the engine relies on.
/// </summary>
internal sealed class BlockPool : MemoryPool<byte>
{
    // The engine's unit: one response head, one small read.
    private const int BlockSize = 4096;

    // 16 MiB are kept at most; what a burst took beyond it is collected.
    private const int Kept = 4096;

    private readonly ConcurrentStack<Block> _free = new();
    private int _count;

    public static BlockPool Instance { get; } = new();

    public override int MaxBufferSize => BlockSize;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        if (minBufferSize > BlockSize)
        {
            return MemoryPool<byte>.Shared.Rent(minBufferSize);
        }

        if (_free.TryPop(out var block))
        {
            Interlocked.Decrement(ref _count);
            return block;
        }

        return new Block(this);
    }

    protected override void Dispose(bool disposing)
    {
    }

    private void Return(Block block)
    {
        if (Interlocked.Increment(ref _count) <= Kept)
        {
            _free.Push(block);
        }
        else
        {
            Interlocked.Decrement(ref _count);
        }
    }

    // Pinned: sockets read into and write from it without pinning each time.
    private sealed class Block(BlockPool pool) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory { get; } = GC.AllocateUninitializedArray<byte>(BlockSize, pinned: true);

        public void Dispose() => pool.Return(this);
    }
}
