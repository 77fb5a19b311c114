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
/// <param name="time">The clock.</param>
/// <param name="period">From one look to the next when nobody asks.</param>
/// <param name="doubtSpacing">See <see cref="NomadTimings.DoubtSpacing"/>.</param>
internal sealed class LookSchedule(TimeProvider time, TimeSpan period, TimeSpan doubtSpacing)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _asked = New();
    private DateTimeOffset _due = time.GetUtcNow() + period;
    private LookReason _reason;
    private int _wrongDoubts;

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

    /// <summary>Asks for a look that finds something or not: at once, and after one that found nothing with a delay that doubles.</summary>
    public void Doubt()
    {
        TimeSpan delay;
        lock (_lock)
        {
            // 2^16 times the spacing is far above any period.
            delay = _wrongDoubts == 0 ? TimeSpan.Zero : Durations.Min(doubtSpacing * Math.Pow(2, Math.Min(_wrongDoubts, 16)), period);
        }

        Ask(LookReason.Doubt, delay);
    }

    /// <summary>A look found what the stream had not told.</summary>
    public void DoubtWasRight()
    {
        lock (_lock)
        {
            _wrongDoubts = 0;
        }
    }

    /// <summary>A look in doubt found nothing.</summary>
    public void DoubtWasWrong()
    {
        lock (_lock)
        {
            _wrongDoubts++;
        }
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
