using EdgeGateway.Proxy.Pipeline;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Pipeline;

public sealed class CpuWorkTests
{
    [Fact]
    public async Task Work_never_goes_on_on_the_thread_that_asked_for_it()
    {
        using var work = new CpuWork(2);
        var stayed = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);

        // A thread of its own, as the event loop's is: whatever runs elsewhere runs on the pool.
        new Thread(() => stayed.SetResult(Enumerable.Range(0, 5000).Count(_ => StaysAsync(work).GetAwaiter().GetResult()))).Start();

        Assert.Equal(0, await stayed.Task);
    }

    [Fact]
    public async Task At_most_so_many_pieces_run_at_a_time()
    {
        using var work = new CpuWork(1);
        await work.EnterAsync();
        var second = Task.Run(async () => await work.EnterAsync());
        using var cancelled = new CancellationTokenSource();
        var third = Task.Run(async () => await work.EnterAsync(cancelled.Token));
        Assert.False(second.IsCompleted);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);

        work.Leave();
        await second;
        work.Leave();
    }

    private static async Task<bool> StaysAsync(CpuWork work)
    {
        var asker = Environment.CurrentManagedThreadId;
        await work.EnterAsync();
        work.Leave();
        return Environment.CurrentManagedThreadId == asker;
    }
}
