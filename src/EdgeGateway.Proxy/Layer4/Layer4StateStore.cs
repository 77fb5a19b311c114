namespace EdgeGateway.Proxy.Layer4;

/// <summary>The state of every TCP or UDP service by its qualified name, kept from snapshot to snapshot. Used by the compiling loop only.</summary>
internal sealed class Layer4StateStore(TimeProvider time, Random random)
{
    // As for HTTP services (design decision 11).
    private static readonly TimeSpan KeepUnused = TimeSpan.FromSeconds(60);

    private readonly Dictionary<string, Layer4ServiceState> _states = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _unused = new(StringComparer.Ordinal);

    /// <summary>The state of a service, made at the first call.</summary>
    public Layer4ServiceState GetOrCreate(string name)
    {
        if (!_states.TryGetValue(name, out var state))
        {
            _states[name] = state = new(name, time, random);
        }

        return state;
    }

    /// <summary>Forgets services that do not exist any more, after 60 s.</summary>
    public void Keep(Func<string, bool> exists)
    {
        var now = time.GetTimestamp();
        foreach (var (name, state) in _states)
        {
            if (exists(name))
            {
                _unused.Remove(name);
            }
            else if (_unused.TryAdd(name, now))
            {
                state.Update([]);
            }
            else if (time.GetElapsedTime(_unused[name], now) > KeepUnused)
            {
                _states.Remove(name); // allowed while enumerating
                _unused.Remove(name);
            }
        }
    }
}
