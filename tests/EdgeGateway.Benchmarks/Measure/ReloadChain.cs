using System.Diagnostics;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Nomad;
using EdgeGateway.Nomad.Client;
using EdgeGateway.Nomad.Mapping;
using EdgeGateway.Nomad.Watch;
using EdgeGateway.Proxy.Snapshots;
using EdgeGateway.Proxy.Tests.Snapshots;
using EdgeGateway.Proxy.Tcp;

namespace EdgeGateway.Benchmarks.Measure;

/// <summary>
/// The way of a change in this process, from the event that Nomad's stream brought to the snapshot in force: instance table, mapper,
/// comparison, compiler, tables.
/// </summary>
internal sealed class ReloadChain
{
    private readonly InstanceTable _table = new(TimeProvider.System, TimeSpan.FromMinutes(5));
    private readonly InstanceMapper _mapper = new(new() { LastInstanceGrace = TimeSpan.Zero });
    private readonly CompilerStage _stage = new(["web", "websecure"], ["web", "websecure"]);
    private readonly SnapshotHolder _holder = new();
    private ProviderMessage? _last;
    private EventBatch _batch = new();
    private ulong _index = 100;
    private Action<string>? _probe;

    public ReloadChain(int services, Action<string>? probe = null)
    {
        _probe = probe;
        for (var i = 0; i < services; i++)
        {
            Add(i);
        }

        Apply();
        _probe = null;
    }

    /// <summary>Names and times of the steps of the last <see cref="Apply"/>.</summary>
    public List<(string Step, TimeSpan Time)> Steps { get; } = [];

    /// <summary>What a careful job file says.</summary>
    public static string[] Tags(int i, string path = "/") =>
    [
        "traefik.enable=true",
        $"traefik.http.routers.app{i}.rule=Host(`app{i}.example.com`) && PathPrefix(`{path}`)",
        $"traefik.http.routers.app{i}.entrypoints=web",
    ];

    public void Add(int i) => Registered(i, $"alloc{i}-0", i, Tags(i));

    public void Remove(int i) => Event(i, $"alloc{i}-0", i, Tags(i), removed: true);

    public void ChangeRule(int i, int turn) => Registered(i, $"alloc{i}-0", i, Tags(i, $"/v{turn}"));

    public void Scale(int i, int turn) => Registered(i, $"alloc{i}-{turn}", i + 1, Tags(i));

    /// <summary>Takes what was noted to the snapshot.</summary>
    public GatewaySnapshot Apply()
    {
        Steps.Clear();
        var at = Stopwatch.GetTimestamp();
        _table.Apply(_batch);
        _batch = new();
        Step("table", ref at);
        var instances = _table.ToArray();
        Step("copy", ref at);
        var mapping = _mapper.Map(instances);
        Step("mapper", ref at);
        var message = new ProviderMessage("nomad", mapping.Configuration, mapping.Problems);
        var same = _last is not null && _last.Configuration.Equals(message.Configuration) && _last.Problems.Equals(message.Problems);
        Step("comparison", ref at);
        if (!same)
        {
            _last = message;
            var snapshot = _stage.Compiler.Compile([message]);
            Step("compiler", ref at);
            _holder.Publish(snapshot);
            _stage.Compiler.Settle();
            Step("swap", ref at);
        }

        return _holder.Current;
    }

    private void Step(string name, ref long at)
    {
        var now = Stopwatch.GetTimestamp();
        Steps.Add((name, Stopwatch.GetElapsedTime(at, now)));
        _probe?.Invoke(name);
        at = Stopwatch.GetTimestamp();
    }

    private void Registered(int i, string allocation, int port, string[] tags) => Event(i, allocation, port, tags, removed: false);

    private void Event(int i, string allocation, int port, string[] tags, bool removed)
    {
        _index++;
        // As long as in a real cluster, since texts are what weighs most.
        allocation = $"{allocation}-5b1e8a60-7c3d-49f2-8e1a-0123456789ab"[..36];
        var id = $"_nomad-task-{allocation}-group-web-app{i}-http";
        _batch.Events.Add(new ServiceEvent(_index, removed, new NomadInstance(
            id, $"app{i}", "default", "0d0ae6a7-1c52-4e8b-9d41-3f6c2b7a9e10", "dc1", $"job{i}", allocation, $"10.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255}", 20000 + (port % 10000),
            tags.ToConfigList(), 50, _index)));
        _batch.Index = _index;
    }
}
