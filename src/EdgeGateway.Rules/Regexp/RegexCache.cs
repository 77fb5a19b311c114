namespace EdgeGateway.Rules.Regexp;

/// <summary>
/// Expressions by their pattern, held weakly: an automaton may take megabytes, so one that no router uses any more must go. The last few
/// are kept, for templates that apply one pattern to service after service. Thread-safe.
/// </summary>
internal sealed class RegexCache
{
    private const int Kept = 16;
    private const int FirstSweep = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, WeakReference<GoRegex>> _known = new(StringComparer.Ordinal);
    private readonly GoRegex?[] _last = new GoRegex?[Kept];
    private int _next;
    private int _sweepAt = FirstSweep;

    /// <summary>Patterns whose expression was alive at the last sweep, or came since.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _known.Count;
            }
        }
    }

    public GoRegex? Find(string pattern)
    {
        lock (_lock)
        {
            return _known.TryGetValue(pattern, out var reference) && reference.TryGetTarget(out var regex) ? regex : null;
        }
    }

    /// <summary>Keeps the expression; when another thread was quicker, its expression is the answer.</summary>
    public GoRegex Add(GoRegex regex)
    {
        lock (_lock)
        {
            if (_known.TryGetValue(regex.Pattern, out var reference) && reference.TryGetTarget(out var known))
            {
                return known;
            }

            _known[regex.Pattern] = new(regex);
            _last[_next++ % Kept] = regex;
            if (_known.Count >= _sweepAt)
            {
                Sweep();
            }

            return regex;
        }
    }

    // At each doubling, so that it costs a constant per pattern.
    private void Sweep()
    {
        foreach (var (pattern, reference) in _known)
        {
            if (!reference.TryGetTarget(out _))
            {
                _known.Remove(pattern);
            }
        }

        _sweepAt = Math.Max(FirstSweep, _known.Count * 2);
    }
}
