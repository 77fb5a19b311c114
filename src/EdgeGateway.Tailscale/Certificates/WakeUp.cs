namespace EdgeGateway.Tailscale.Certificates;

/// <summary>A wait that can be ended early. Several calls of <see cref="Set"/> before a wait count as one.</summary>
internal sealed class WakeUp
{
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Set() => Volatile.Read(ref _next).TrySetResult();

    /// <summary>Forgets what was set before.</summary>
    public void Reset() => Volatile.Write(ref _next, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    /// <summary>True when it was woken, false when the time is over.</summary>
    public async Task<bool> WaitAsync(TimeSpan most, TimeProvider time, CancellationToken cancellation)
    {
        var current = Volatile.Read(ref _next);
        try
        {
            await current.Task.WaitAsync(most, time, cancellation);
        }
        catch (TimeoutException)
        {
            return false;
        }

        Interlocked.CompareExchange(ref _next, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), current);
        return true;
    }
}
