using EdgeGateway.Testbed;
using EdgeGateway.Testbed.Nomad;

namespace EdgeGateway.Quickstart.Processes;

/// <summary>
/// What a Nomad client does for a job: places processes and registers them, in Nomad's order and with its recorded gaps. An instance is
/// listed before it listens and unlisted before it closes.
/// </summary>
internal sealed class ServiceJob(LocalStack stack, string service, string kind, string[] tags) : IAsyncDisposable
{
    private static readonly JobTimes Times = new();

    private readonly List<Instance> _instances = [];
    private int _number;

    public IReadOnlyList<Instance> Instances => _instances;

    /// <summary>Registers an instance, then starts its process; completes when that listens.</summary>
    public async Task<Instance> StartAsync(CancellationToken stop)
    {
        var name = $"{service}-{++_number}";
        var instance = new Instance($"_nomad-task-{Guid.NewGuid()}-group-g-{service}-http", name, Ports.Free());
        _instances.Add(instance);
        await stack.RegisterAsync(instance.Id, service, instance.Port, tags, stop);
        (instance.Process, _) = await Child.StartRoleAsync(stop, "upstream", kind, name, instance.Port.ToString());
        return instance;
    }

    /// <summary>Unlists an instance, then ends its process with SIGTERM.</summary>
    public async Task StopAsync(Instance instance, CancellationToken stop)
    {
        _instances.Remove(instance);
        await stack.DeregisterAsync(instance.Id, stop);
        await Task.Delay(Times.Close, stop);
        if (instance.Process is { } process)
        {
            await process.TerminateAsync();
            await process.DisposeAsync();
        }
    }

    /// <summary>Replaces every instance, one after the other.</summary>
    public async Task DeployAsync(CancellationToken stop)
    {
        foreach (var old in _instances.ToList())
        {
            await StopAsync(old, stop);
            await Task.Delay(Times.Place, stop);
            await StartAsync(stop);
            await Task.Delay(Times.MinHealthy, stop);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _instances)
        {
            if (instance.Process is { } process)
            {
                await process.DisposeAsync();
            }
        }
    }
}
