using System.Net;
using System.Net.Sockets;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Testbed.Nomad;

/// <summary>
/// A job with one group service and real ports: it is listed before it listens and unlisted before it closes, with the order and gaps
/// of the recordings b1–b7. The program is a <see cref="Whoami"/> unless another is given.
/// </summary>
public sealed class EmbeddedJob : IAsyncDisposable
{
    private readonly EmbeddedNomad _nomad;
    private readonly Func<string, int, Task<IAsyncDisposable>> _start;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly List<Allocation> _allocations = [];
    private string[] _tags;

    /// <param name="nomad">Where it registers.</param>
    /// <param name="service">Name of job and service.</param>
    /// <param name="tags">Tags of each instance.</param>
    /// <param name="times">Gaps; null = as recorded.</param>
    /// <param name="start">Starts the program of an instance (name, port); disposing it closes the port.</param>
    public EmbeddedJob(
        EmbeddedNomad nomad, string service, IEnumerable<string> tags, JobTimes? times = null, Func<string, int, Task<IAsyncDisposable>>? start = null)
    {
        (_nomad, Service, _tags, Times) = (nomad, service, [.. tags], times ?? new JobTimes());
        _start = start ?? (static async (name, port) => await Whoami.StartAsync(name, port));
    }

    public string Service { get; }

    public JobTimes Times { get; set; }

    /// <summary>Registration IDs of what is meant to run.</summary>
    public IReadOnlyList<string> Ids
    {
        get
        {
            lock (_allocations)
            {
                return [.. _allocations.Select(static a => a.Registration.Id)];
            }
        }
    }

    /// <summary>Starts or stops instances until there are <paramref name="count"/>; completes when their ports are open or closed.</summary>
    public Task ScaleAsync(int count) => TakeTurnAsync(async () =>
    {
        Allocation[] gone;
        lock (_allocations)
        {
            gone = [.. _allocations.Skip(count)];
        }

        var missing = count - Ids.Count;
        await Task.WhenAll([.. Enumerable.Range(0, Math.Max(0, missing)).Select(_ => StartAsync()), .. gone.Select(StopAsync)]);
    });

    /// <summary>Destructive rolling update, one at a time (b2): old unlisted, closed, new listed, listening, healthy, next.</summary>
    public Task RollingDeployAsync(IEnumerable<string>? tags = null) => TakeTurnAsync(async () =>
    {
        _tags = tags is null ? _tags : [.. tags];
        Allocation[] old;
        lock (_allocations)
        {
            old = [.. _allocations];
        }

        foreach (var allocation in old)
        {
            await StopAsync(allocation);
            await Task.Delay(Times.Place);
            await StartAsync();
            await Task.Delay(Times.MinHealthy);
        }
    });

    /// <summary>Changes the tags in place: same IDs, no restart (b1).</summary>
    public Task UpdateTagsAsync(IEnumerable<string> tags) => TakeTurnAsync(() =>
    {
        _tags = [.. tags];
        foreach (var id in Ids)
        {
            _nomad.UpdateTags(id, _tags);
        }

        return Task.CompletedTask;
    });

    /// <summary>
    /// Kills the program of one instance: the port closes at once, the group service stays listed, and after the restart delay the
    /// program listens again on the same port (b6). Completes then.
    /// </summary>
    public Task CrashAsync(int which = 0) => TakeTurnAsync(async () =>
    {
        var allocation = At(which);
        await allocation.KillAsync();
        await Task.Delay(Times.Restart);
        await allocation.LaunchAsync(_start);
    });

    /// <summary>Allocation restart (b6): removed and registered again under one ID within a millisecond, closed 8 ms later.</summary>
    public Task RestartAsync(int which = 0) => TakeTurnAsync(async () =>
    {
        var allocation = At(which);
        _nomad.Deregister(allocation.Registration.Id);
        await Task.Delay(Times.Shutdown);
        _nomad.Register(allocation.Registration);
        await Task.Delay(Times.Close);
        await allocation.KillAsync();
        await Task.Delay(Times.Listen);
        await allocation.LaunchAsync(_start);
    });

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var allocation in _allocations)
        {
            await allocation.KillAsync();
        }

        _turn.Dispose();
    }

    private async Task StartAsync()
    {
        var alloc = Guid.NewGuid();
        var registration = new Registration($"_nomad-task-{alloc}-group-g-{Service}-http", Service, Service, "127.0.0.1", Ports.Free(), _tags);
        var allocation = new Allocation(registration, $"{Service}-{alloc.ToString()[..8]}");
        lock (_allocations)
        {
            _allocations.Add(allocation);
        }

        _nomad.Register(registration);
        await Task.Delay(Times.Listen);
        await allocation.LaunchAsync(_start);
    }

    private async Task StopAsync(Allocation allocation)
    {
        lock (_allocations)
        {
            _allocations.Remove(allocation);
        }

        _nomad.Deregister(allocation.Registration.Id);
        await Task.Delay(Times.Shutdown);
        await Task.Delay(Times.Close);
        await allocation.KillAsync();
    }

    private Allocation At(int which)
    {
        lock (_allocations)
        {
            return _allocations[which];
        }
    }

    private async Task TakeTurnAsync(Func<Task> work)
    {
        await _turn.WaitAsync();
        try
        {
            await work();
        }
        finally
        {
            _turn.Release();
        }
    }

    private sealed class Allocation(Registration registration, string name)
    {
        private IAsyncDisposable? _program;

        public Registration Registration { get; } = registration;

        public async Task LaunchAsync(Func<string, int, Task<IAsyncDisposable>> start) => _program = await start(name, Registration.Port);

        public async Task KillAsync()
        {
            if (Interlocked.Exchange(ref _program, null) is { } program)
            {
                await program.DisposeAsync();
            }
        }
    }
}
