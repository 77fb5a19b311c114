using System.Runtime.CompilerServices;

namespace EdgeGateway.Proxy.Pipeline;

/// <summary>
/// The one bounded off-load of design decision 5: work that keeps a processor busy for more than 0.2 ms leaves the I/O thread, which serves
/// other sockets as well, and at most as many pieces of it run at a time as there are processors. Pieces start in the order they came.
/// </summary>
/// <param name="width">Pieces that run at a time.</param>
internal sealed class CpuWork(int width) : IDisposable
{
    private readonly SemaphoreSlim _slots = new(width);

    /// <summary>Shared by the whole process.</summary>
    public static CpuWork Shared { get; } = new(Environment.ProcessorCount);

    /// <summary>
    /// Goes on where the work may be done; <see cref="Leave"/> has to follow. It is the caller that is moved: a method of ours that
    /// yielded could be done before the caller looks, which would then go on on the I/O thread.
    /// </summary>
    /// <param name="cancellation">Ends the wait for a slot.</param>
    public ConfiguredTaskAwaitable EnterAsync(CancellationToken cancellation = default) =>
        _slots.WaitAsync(cancellation).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);

    /// <summary>The work is done.</summary>
    public void Leave() => _slots.Release();

    /// <inheritdoc />
    public void Dispose() => _slots.Dispose();
}
