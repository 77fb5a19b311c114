namespace EdgeGateway.Tailscale.LocalApi;

/// <summary>A call's time limit, told apart from the caller's own cancellation.</summary>
internal sealed class TimeLimit : IDisposable
{
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _either;

    public TimeLimit(TimeSpan duration, TimeProvider time, CancellationToken caller)
    {
        Duration = duration;
        _timer = new CancellationTokenSource(duration, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, caller);
    }

    public TimeSpan Duration { get; }

    public CancellationToken Token => _either.Token;

    public bool Expired => _timer.IsCancellationRequested;

    public void Dispose()
    {
        _either.Dispose();
        _timer.Dispose();
    }
}
