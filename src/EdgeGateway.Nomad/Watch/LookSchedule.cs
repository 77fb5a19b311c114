namespace EdgeGateway.Nomad.Watch;

/// <summary>Why everything is read in full. A later value is the stronger reason.</summary>
internal enum LookReason
{
    /// <summary>The five minutes are over.</summary>
    Periodic,

    /// <summary>Nomad's index moved and the stream said nothing: perhaps another namespace, perhaps a lost event.</summary>
    Doubt,

    /// <summary>An event told of a change without telling which.</summary>
    Vague,

    /// <summary>The watchdog saw what the stream did not tell: the stream is not to be trusted.</summary>
    Missed,
}

/// <summary>When the next full look is due. One waits, many ask.</summary>
internal sealed class LookSchedule(TimeProvider time, TimeSpan period)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _asked = New();
    private DateTimeOffset _due = time.GetUtcNow() + period;
    private LookReason _reason;

    /// <summary>Asks for a look after <paramref name="delay"/>, unless one is due earlier.</summary>
    public void Ask(LookReason reason, TimeSpan delay)
    {
        TaskCompletionSource asked;
        lock (_lock)
        {
            var due = time.GetUtcNow() + delay;
            _due = due < _due ? due : _due;
            _reason = reason > _reason ? reason : _reason;
            asked = _asked;
        }

        asked.TrySetResult();
    }

    /// <summary>A look begins now; the next periodic one is a period away.</summary>
    public LookReason Begin()
    {
        lock (_lock)
        {
            var reason = _reason;
            (_due, _reason) = (time.GetUtcNow() + period, LookReason.Periodic);
            return reason;
        }
    }

    /// <summary>Waits until a look is due.</summary>
    public async Task DueAsync(CancellationToken cancellation)
    {
        while (true)
        {
            TimeSpan wait;
            Task asked;
            lock (_lock)
            {
                wait = _due - time.GetUtcNow();
                if (wait <= TimeSpan.Zero)
                {
                    return;
                }

                if (_asked.Task.IsCompleted)
                {
                    _asked = New();
                }

                asked = _asked.Task;
            }

            await asked.WaitAsync(wait, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
