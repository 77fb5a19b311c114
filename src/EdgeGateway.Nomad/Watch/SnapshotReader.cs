using System.Collections.Concurrent;
using EdgeGateway.Nomad.Client;

namespace EdgeGateway.Nomad.Watch;

/// <summary>
/// Reads everything once: the names, then each name, eight at a time (nomad-api §8.6). A name whose read fails alone
/// costs only that name; an outage fails the whole look, which then changes nothing.
/// </summary>
internal sealed class SnapshotReader(NomadClient client, NomadTimings timings, Action<NomadException> fault)
{
    private const int Parallelism = 8;

    /// <summary>Reads all.</summary>
    /// <param name="known">Highest index applied so far.</param>
    /// <param name="regressed">Called when Nomad's index has become lower than that for good, before the names are read.</param>
    /// <param name="isHeard">Whether the stream tells of what changes from now on.</param>
    /// <param name="begun">A look that began before the stream was heard: only what it read too early is read again. Null = everything is read.</param>
    /// <param name="cancellation">Ends the look.</param>
    /// <exception cref="NomadException">The look failed.</exception>
    public async Task<NomadSnapshot> ReadAsync(ulong known, Action regressed, Func<bool> isHeard, NomadSnapshot? begun, CancellationToken cancellation)
    {
        var list = await OnceMoreStale(stale => client.ServicesAsync(0, TimeSpan.Zero, stale, cancellation));
        if (list.Index < known)
        {
            // An event precedes the commit of its state, and a follower lags: give it time to reach what is known
            // (nomad-api §8.5). Still lower afterwards: the state is another one (§3.3).
            list = await client.ServicesAsync(known - 1, timings.RegressConfirm, stale: false, cancellation);
            if (list.Index < known)
            {
                // What a look read before is of the other state.
                regressed();
                begun = null;
            }
        }

        var names = list.Value.Select(static l => l.Name).ToHashSet(StringComparer.Ordinal);
        var services = new ConcurrentBag<ReadService>((begun?.Services ?? []).Where(service => !service.IsEarly && names.Remove(service.Name)));
        var unread = await ReadAsync(names, services, isHeard, cancellation);
        return services.IsEmpty && !unread.IsEmpty
            ? throw unread.Values.First()
            : new NomadSnapshot(list.Index, [.. services], unread.Keys.ToHashSet(StringComparer.Ordinal));
    }

    /// <summary>Reads some names of a list; all others that stand in it count as unread.</summary>
    /// <exception cref="NomadException">Nomad is away.</exception>
    public async Task<NomadSnapshot> ReadAsync(NomadAnswer<List<ServiceListing>> list, IReadOnlyCollection<string> names, CancellationToken cancellation)
    {
        var services = new ConcurrentBag<ReadService>();
        await ReadAsync(names, services, static () => true, cancellation);
        var unread = list.Value.Select(static l => l.Name).ToHashSet(StringComparer.Ordinal);
        unread.ExceptWith(services.Select(static service => service.Name));
        return new(list.Index, [.. services], unread);
    }

    // Gives the names whose read failed alone.
    private async Task<ConcurrentDictionary<string, NomadException>> ReadAsync(
        IReadOnlyCollection<string> names, ConcurrentBag<ReadService> services, Func<bool> isHeard, CancellationToken cancellation)
    {
        var unread = new ConcurrentDictionary<string, NomadException>(StringComparer.Ordinal);
        await Parallel.ForEachAsync(
            names,
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellation },
            async (name, token) =>
            {
                try
                {
                    var isEarly = !isHeard();
                    var answer = await OnceMoreStale(stale => client.ServiceAsync(name, stale, token));
                    services.Add(new ReadService(name, answer.Index, answer.Value, isEarly));
                }
                catch (NomadException error) when (!error.IsOutage)
                {
                    unread[name] = error;
                    fault(error);
                }
            });
        return unread;
    }

    /// <summary>While a leader is missing, stale reads are answered (nomad-api §3.5): worth one more try before Nomad counts as away.</summary>
    private static async Task<T> OnceMoreStale<T>(Func<bool, Task<T>> read)
    {
        try
        {
            return await read(false);
        }
        catch (NomadException error) when (error.Fault == NomadFault.ServerError)
        {
            return await read(true);
        }
    }
}
