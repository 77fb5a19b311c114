using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;

namespace EdgeGateway.Testbed.Nomad;

/// <summary>
/// A Nomad-compatible server on loopback: services, one service, blocking queries and the event stream, with the heads, lines, order and
/// indexes of the recordings. The caller says what is registered; it lists an instance before that listens, as Nomad does
/// (<see cref="EmbeddedJob"/> plays a job with real ports). Routes are in <see cref="EmbeddedNomadRoutes"/>.
/// </summary>
public sealed class EmbeddedNomad : IAsyncDisposable
{
    /// <summary>Nomad's <c>event_buffer_size</c>.</summary>
    private const int BufferSize = 100;

    private readonly Lock _lock = new();
    private readonly RegistrationTable _registrations = new();
    private readonly List<(ulong Index, Registration[] What, string Line)> _buffer = [];
    private readonly HashSet<StreamReader> _streams = [];
    private readonly ConcurrentDictionary<string, int> _calls = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _targets = new();
    private readonly EmbeddedNomadRoutes _routes;
    private TaskCompletionSource _changed = New();
    private TaskCompletionSource _released = New();
    private LoopbackHttp? _server;
    private int _port;
    private ulong _index;
    private NomadFaultMode _fault;

    private EmbeddedNomad(int port, ulong index)
    {
        (_port, _index) = (port, index);
        Declared = new DeclaredState(Write);
        _routes = new EmbeddedNomadRoutes(this);
    }

    /// <summary>Address for <c>providers.nomad.endpoint.address</c>.</summary>
    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}");

    /// <summary>Time between heartbeats of a stream: Nomad's 30 s.</summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>When set, calls without this token are refused as with ACLs on.</summary>
    public string? RequiredToken { get; set; }

    /// <summary>True: tokens are judged as by the Task API: on every path, 401 without one, 403 with another than <see cref="RequiredToken"/>.</summary>
    public bool TaskApi { get; set; }

    /// <summary>False: queries with an index answer at once, as behind something that does not let them wait.</summary>
    public bool Blocks { get; set; } = true;

    /// <summary>The name whose reads fail alone, or null.</summary>
    public string? BrokenService { get; set; }

    /// <summary>Awaited before the instances of a name are read.</summary>
    public Func<string, Task>? BeforeRead { get; set; }

    /// <summary>Awaited before the first line of an event stream is written.</summary>
    public Func<Task>? BeforeHello { get; set; }

    /// <summary>Told each line of an event stream just before it is written.</summary>
    public Action<string>? BeforeLine { get; set; }

    /// <summary>Namespaces and jobs.</summary>
    public DeclaredState Declared { get; }

    /// <summary>Index of its state.</summary>
    public ulong Index
    {
        get
        {
            lock (_lock)
            {
                return _index;
            }
        }
    }

    /// <summary>Calls per path so far; names of services are folded into <c>/v1/service/:name</c>.</summary>
    public IReadOnlyDictionary<string, int> Calls => _calls;

    /// <summary>Request targets in the order in which they came.</summary>
    public IReadOnlyCollection<string> Targets => _targets;

    /// <summary>Open event streams.</summary>
    public int Streams
    {
        get
        {
            lock (_lock)
            {
                return _streams.Count;
            }
        }
    }

    /// <summary>What it does wrong; setting it ends what is open, as real outages do, except for the faults of streams alone.</summary>
    public NomadFaultMode Fault
    {
        get
        {
            lock (_lock)
            {
                return _fault;
            }
        }

        set
        {
            TaskCompletionSource released;
            NomadFaultMode before;
            lock (_lock)
            {
                (before, _fault, released, _released) = (_fault, value, _released, New());
            }

            if (value == NomadFaultMode.Refuse)
            {
                Stop();
            }
            else if (before == NomadFaultMode.Refuse)
            {
                Listen();
            }
            else if (!OfStreamsAlone(value))
            {
                DropStreams();
                Wake();
            }

            released.TrySetResult();
        }
    }

    /// <summary>Starts it.</summary>
    /// <param name="port">0 = any free port.</param>
    /// <param name="index">Index of its state; a replaced server begins lower.</param>
    public static Task<EmbeddedNomad> StartAsync(int port = 0, ulong index = 10)
    {
        var nomad = new EmbeddedNomad(port, index);
        nomad.Listen();
        return Task.FromResult(nomad);
    }

    /// <summary>Registers an instance, or changes it when the ID is known.</summary>
    public void Register(string id, string service, int port, params string[] tags) =>
        Register(new Registration(id, service, service, "127.0.0.1", port, tags));

    /// <summary>Registers or changes instances in one write: one line with several events. Unchanged ones write nothing (nomad-api §5.2).</summary>
    public void Register(params Registration[] registrations)
    {
        lock (_lock)
        {
            var written = new List<Registration>();
            foreach (var registration in registrations)
            {
                var old = _registrations.Find(registration.Id);
                if (old is not null && old with { Tags = registration.Tags } == registration with { CreateIndex = old.CreateIndex, ModifyIndex = old.ModifyIndex }
                    && old.Tags.SequenceEqual(registration.Tags))
                {
                    continue;
                }

                written.Add(registration with { CreateIndex = old?.CreateIndex ?? _index + 1, ModifyIndex = _index + 1 });
            }

            if (written.Count > 0)
            {
                _index++;
                written.ForEach(_registrations.Put);
                Publish("ServiceRegistration", [.. written]);
            }
        }
    }

    /// <summary>Gives an instance other tags, in place: same ID.</summary>
    public void UpdateTags(string id, params string[] tags)
    {
        lock (_lock)
        {
            Register(_registrations.Find(id)! with { Tags = tags });
        }
    }

    /// <summary>Removes instances, in one write.</summary>
    public void Deregister(params string[] ids) => Remove("ServiceDeregistration", ids);

    /// <summary>Removes instances as the scheduler does with a lost node: an event of type <c>PlanResult</c>.</summary>
    public void Lose(params string[] ids) => Remove("PlanResult", ids);

    /// <summary>Removes without any event, as garbage collection does (nomad-api §8.4).</summary>
    public void Collect(params string[] ids)
    {
        lock (_lock)
        {
            _index++;
            foreach (var id in ids)
            {
                _registrations.Remove(id, out _);
            }
        }

        Wake();
    }

    /// <summary>Removes without event and without index: what only a look at everything can find.</summary>
    public void Vanish(params string[] ids)
    {
        lock (_lock)
        {
            foreach (var id in ids)
            {
                _registrations.Remove(id, out _);
            }
        }
    }

    /// <summary>Moves the index as a write in another namespace does: nothing of ours changes and no line comes.</summary>
    public void WriteElsewhere()
    {
        lock (_lock)
        {
            _index++;
        }
    }

    /// <summary>Another state takes the place of this one, as after a rebuilt cluster: everything open is reset.</summary>
    public void ReplaceBy(ulong index, params Registration[] registrations)
    {
        lock (_lock)
        {
            _index = index;
            _buffer.Clear();
            _registrations.Clear();
            foreach (var registration in registrations)
            {
                _registrations.Put(registration with { CreateIndex = index, ModifyIndex = index });
            }
        }

        Stop();
        Listen();
    }

    /// <summary>An older snapshot is restored in place: nothing is reset, streams fall silent for ever (recording h7).</summary>
    public void Restore(ulong index, params Registration[] registrations)
    {
        lock (_lock)
        {
            _index = index;
            _buffer.Clear();
            _registrations.Clear();
            foreach (var registration in registrations)
            {
                _registrations.Put(registration with { CreateIndex = 1, ModifyIndex = index });
            }

            foreach (var stream in _streams)
            {
                stream.Deaf = true;
            }
        }

        Wake();
    }

    /// <summary>Ends all event streams.</summary>
    public void DropStreams()
    {
        lock (_lock)
        {
            foreach (var stream in _streams)
            {
                stream.Lines.Writer.TryComplete();
            }
        }
    }

    /// <summary>The IDs registered under a name.</summary>
    public IReadOnlyList<Registration> Registered(string service)
    {
        lock (_lock)
        {
            return [.. _registrations.Of(service)];
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        DropStreams();
        _released.TrySetResult();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    /// <summary>A copy of the registrations of one name with the index they have together.</summary>
    internal (ulong Index, Registration[] Named) State(string service)
    {
        lock (_lock)
        {
            return (_index, [.. _registrations.Of(service)]);
        }
    }

    /// <summary>A copy of all registrations with the index they have together.</summary>
    internal (ulong Index, Registration[] All) State()
    {
        lock (_lock)
        {
            return (_index, [.. _registrations.All]);
        }
    }

    internal void Count(string path, string target)
    {
        _calls.AddOrUpdate(path.StartsWith("/v1/service/", StringComparison.Ordinal) ? "/v1/service/:name" : path, 1, static (_, n) => n + 1);
        _targets.Enqueue(target);
    }

    /// <summary>Ends when the fault is changed.</summary>
    internal Task Released
    {
        get
        {
            lock (_lock)
            {
                return _released.Task;
            }
        }
    }

    /// <summary>Blocks while the index asked for is not passed, at most <paramref name="wait"/> (nomad-api §3.2).</summary>
    internal async Task PassedAsync(ulong index, TimeSpan wait, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(wait + (wait * Random.Shared.NextDouble() / 16));
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (_index > index || !OfStreamsAlone(_fault))
                {
                    return;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
            if (limit.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>Subscribes a stream; the lines from <paramref name="from"/> on that are still buffered come first.</summary>
    internal StreamReader Subscribe(ulong from, string space)
    {
        lock (_lock)
        {
            var stream = new StreamReader(space);
            // Newer than all: the newest is replayed (nomad-api §8.2).
            var start = _buffer.FindIndex(b => b.Index >= from);
            foreach (var (_, what, line) in start >= 0 ? _buffer.Skip(start) : _buffer.TakeLast(1))
            {
                stream.Offer(what, line);
            }

            _streams.Add(stream);
            return stream;
        }
    }

    internal void Unsubscribe(StreamReader stream)
    {
        lock (_lock)
        {
            _streams.Remove(stream);
        }
    }

    private void Remove(string type, string[] ids)
    {
        lock (_lock)
        {
            Registration[] gone = [.. ids.Select(_registrations.Find).OfType<Registration>()];
            if (gone.Length == 0)
            {
                return;
            }

            _index++;
            foreach (var registration in gone)
            {
                _registrations.Remove(registration.Id, out _);
            }

            Publish(type, gone);
        }
    }

    private void Publish(string type, Registration[] what)
    {
        var line = NomadJsonText.Line(type, _index, what);
        _buffer.Add((_index, what, line));
        if (_buffer.Count > BufferSize)
        {
            _buffer.RemoveAt(0);
        }

        if (_fault is not (NomadFaultMode.SilentStream or NomadFaultMode.LossyStream))
        {
            foreach (var stream in _streams)
            {
                stream.Offer(what, line);
            }
        }

        Wake();
    }

    private void Wake()
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            changed = _changed;
            _changed = New();
        }

        changed.TrySetResult();
    }

    /// <summary>A write that is no registration: the index moves and blocking queries return.</summary>
    private ulong Write()
    {
        ulong index;
        lock (_lock)
        {
            index = ++_index;
        }

        Wake();
        return index;
    }

    private void Listen()
    {
        _server = LoopbackHttp.Start(_port, _routes.HandleAsync);
        _port = _server.Port;
    }

    private void Stop()
    {
        var server = _server;
        _server = null;
        DropStreams();
        if (server is not null)
        {
            // Closes the port and resets the connections before its first await.
            _ = server.DisposeAsync().AsTask();
        }
    }

    private static bool OfStreamsAlone(NomadFaultMode fault) => fault is NomadFaultMode.None or NomadFaultMode.SilentStream
        or NomadFaultMode.LossyStream or NomadFaultMode.BrokenStreamHead or NomadFaultMode.ForbiddenStream or NomadFaultMode.UnknownStream;

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>One open stream.</summary>
    internal sealed class StreamReader(string space)
    {
        public Channel<string> Lines { get; } = Channel.CreateUnbounded<string>();

        /// <summary>Its subscription is gone, and nobody tells it.</summary>
        public bool Deaf { get; set; }

        public void Offer(Registration[] what, string line)
        {
            if (!Deaf && Array.Exists(what, r => r.Namespace == space))
            {
                Lines.Writer.TryWrite(line);
            }
        }
    }
}
