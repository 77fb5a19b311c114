using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Pipeline.Bodies;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Proxy.Services.Composite;

/// <summary>
/// <c>mirroring</c>: the main service answers; a share of the requests is sent to mirrors afterwards, one mirror after the other, and what
/// they answer is dropped (runtime-behaviour §3.5). Nothing that a mirror does can delay or fail the request: the body goes to the main
/// service as it comes and is copied on the way, copies are bounded in size, number and time.
/// </summary>
internal sealed partial class MirroringService : HttpServiceModel
{
    // Requests whose copies are under way or wait; more are not mirrored. A mirror that hangs costs so many, not the gateway.
    private const int MaxUnderWay = 128;

    // A mirror is no reason to keep a body in memory for ever.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly HttpServiceModel _main;
    private readonly Mirror[] _mirrors;
    private readonly bool _mirrorsBody;
    private readonly long _maxBody;
    private readonly bool _reports;
    private readonly BodyMemory _memory;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private long _total;
    private int _underWay;
    private int _overflows;

    /// <summary>Makes it.</summary>
    /// <param name="name">Qualified name.</param>
    /// <param name="main">The service that answers.</param>
    /// <param name="mirrors">Those that get copies.</param>
    /// <param name="mirrorsBody">False: the copies have no body.</param>
    /// <param name="maxBody">Requests with a longer body are not mirrored; negative = <see cref="BodyMemory.Each"/>.</param>
    /// <param name="reports">True: the main service's health is known to a service above.</param>
    /// <param name="memory">For copies of bodies.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where it is said that copies are dropped.</param>
    /// <param name="before">What served under the name before: the shares go on where they were.</param>
    public MirroringService(
        string name, HttpServiceModel main, Mirror[] mirrors, bool mirrorsBody, long maxBody, bool reports, BodyMemory memory, TimeProvider time,
        ILogger logger, MirroringService? before)
        : base(name)
    {
        _main = main;
        _mirrors = mirrors;
        _mirrorsBody = mirrorsBody;
        _maxBody = maxBody >= 0 ? maxBody : memory.Each;
        _reports = reports;
        _memory = memory;
        _time = time;
        _logger = logger;
        before?.HandOver(this);
    }

    /// <summary>Requests whose copies are under way.</summary>
    public int UnderWay => Volatile.Read(ref _underWay);

    /// <inheritdoc />
    public override bool IsUp => _main.IsUp;

    /// <inheritdoc />
    internal override string? HealthUnknown => _reports ? _main.HealthUnknown : "healthCheck not enabled in config for this mirroring service";

    /// <inheritdoc />
    public override ValueTask HandleAsync(GatewayContext context) =>
        Choose() is { } chosen && context.Http.Request.Headers.Upgrade.Count == 0 ? MirrorAsync(context, chosen) : _main.HandleAsync(context);

    /// <summary>The mirrors that get the next request; null for none.</summary>
    internal List<Mirror>? Choose()
    {
        List<Mirror>? chosen = null;
        lock (_gate)
        {
            _total++;
            foreach (var mirror in _mirrors)
            {
                if (mirror.Count * 100 < _total * mirror.Percent)
                {
                    mirror.Count++;
                    (chosen ??= []).Add(mirror);
                }
            }
        }

        return chosen;
    }

    private async ValueTask MirrorAsync(GatewayContext context, List<Mirror> mirrors)
    {
        if (Interlocked.Increment(ref _underWay) > MaxUnderWay)
        {
            Interlocked.Decrement(ref _underWay);
            if (Interlocked.Exchange(ref _overflows, 1) == 0)
            {
                Dropped(_logger, Name, MaxUnderWay);
            }

            await _main.HandleAsync(context);
            return;
        }

        var copy = _mirrorsBody && MirroredRequest.HasBody(context) ? new BodyCopy(_maxBody, _memory) : null;
        var request = new MirroredRequest(context, copy);
        var sent = false;
        try
        {
            await AskMainAsync(context, copy);
            if (request.IsComplete && !context.IsAborted)
            {
                sent = true;
                _ = Task.Run(() => SendAsync(request, mirrors));
            }
        }
        finally
        {
            if (!sent)
            {
                End(request);
            }
        }
    }

    private async ValueTask AskMainAsync(GatewayContext context, BodyCopy? copy)
    {
        if (copy is null)
        {
            await _main.HandleAsync(context);
            return;
        }

        var body = RequestBody.Of(context.Http);
        body.Replace(new CopyingReader(body.Reader, copy));
        try
        {
            await _main.HandleAsync(context);
        }
        finally
        {
            body.Restore();
        }
    }

    private async Task SendAsync(MirroredRequest request, List<Mirror> mirrors)
    {
        try
        {
            foreach (var mirror in mirrors)
            {
                using var limit = new CancellationTokenSource(Limit, _time);
                try
                {
                    await request.SendAsync(mirror.Model, limit.Token);
                }
                catch (Exception e)
                {
                    Failed(_logger, e, Name, mirror.Name);
                }
            }
        }
        finally
        {
            End(request);
        }
    }

    private void End(MirroredRequest request)
    {
        request.Dispose();
        if (Interlocked.Decrement(ref _underWay) == 0)
        {
            Volatile.Write(ref _overflows, 0);
        }
    }

    private void HandOver(MirroringService next)
    {
        lock (_gate)
        {
            // A changed share begins anew, with the requests from now on.
            if (_mirrors.Length != next._mirrors.Length || next._mirrors.Any(mirror => !_mirrors.Any(old => old.Name == mirror.Name && old.Percent == mirror.Percent)))
            {
                return;
            }

            next._total = _total;
            foreach (var mirror in next._mirrors)
            {
                mirror.Count = Array.Find(_mirrors, old => old.Name == mirror.Name && old.Percent == mirror.Percent)!.Count;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Copies are dropped: service {Service}, its mirrors have {Count} requests under way [EG-MIRROR]")]
    private static partial void Dropped(ILogger logger, string service, int count);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A copy failed: service {Service}, mirror {Mirror}")]
    private static partial void Failed(ILogger logger, Exception fault, string service, string mirror);
}
