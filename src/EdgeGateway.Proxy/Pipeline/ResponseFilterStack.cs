namespace EdgeGateway.Proxy.Pipeline;

/// <summary>The filters that have a say in the head of a request's answer, innermost last. One per context, reused with it.</summary>
internal sealed class ResponseFilterStack
{
    private Entry[] _entries = new Entry[4];
    private int _floor;

    /// <summary>Filters that have not run yet.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a filter, which runs before all that are there.</summary>
    public void Add(RequestFilter filter, object? state)
    {
        if (Count == _entries.Length)
        {
            Array.Resize(ref _entries, Count * 2);
        }

        _entries[Count++] = new(filter, state);
    }

    /// <summary>Runs them in reverse order, down to those that <see cref="Hold"/> keeps; each runs once.</summary>
    public void Run(GatewayContext context)
    {
        while (Count > _floor)
        {
            ref var entry = ref _entries[--Count];
            context.FilterState = entry.State;
            entry.Filter.OnResponse(context);
            entry = default;
        }

        context.FilterState = null;
    }

    /// <summary>Keeps the filters that are there from running; what was kept before, for <see cref="Release"/>.</summary>
    public int Hold() => (_floor, _floor = Count).Item1;

    /// <summary>Ends a <see cref="Hold"/>.</summary>
    public void Release(int held) => _floor = held;

    /// <summary>Forgets those that came after a mark.</summary>
    public void CutTo(int count)
    {
        while (Count > count)
        {
            _entries[--Count] = default;
        }
    }

    /// <summary>Forgets all.</summary>
    public void Reset()
    {
        Array.Clear(_entries);
        Count = 0;
        _floor = 0;
    }

    private readonly record struct Entry(RequestFilter Filter, object? State);
}
