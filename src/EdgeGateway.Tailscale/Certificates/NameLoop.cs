using System.Security.Cryptography.X509Certificates;
using EdgeGateway.Tailscale.LocalApi;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace EdgeGateway.Tailscale.Certificates;

/// <summary>
/// One name that tailscaled is asked for, on its own from first call to last renewal, so that a name whose order hangs delays no
/// other. One call at a time: each further one would only queue inside tailscaled.
/// </summary>
internal sealed class NameLoop
{
    private readonly LocalApiClient _client;
    private readonly CertificateKeeperOptions _options;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly ILogger _logger;
    private readonly Action<IssuedCertificate> _deliver;
    private readonly Action _report;
    private readonly ResiliencePipeline _retry;
    private readonly CancellationTokenSource _stop;
    private readonly WakeUp _wake = new();
    private readonly Lock _sync = new();
    private CancellationTokenSource? _round;
    private IssuedCertificate? _inHand;
    private DateTimeOffset? _lastForced;
    private DateTimeOffset _holdUntil;
    private int _unchanged;
    private bool _ended;
    private string? _logged;

    /// <param name="askAs">The name to ask for.</param>
    /// <param name="client">The socket.</param>
    /// <param name="options">The time plan.</param>
    /// <param name="time">Source of time.</param>
    /// <param name="random">Source of jitter.</param>
    /// <param name="logger">One line per change.</param>
    /// <param name="deliver">Takes over a new pair; must not throw. Returns before the status says that the pair is in hand.</param>
    /// <param name="report">Called after every change of the status.</param>
    /// <param name="stop">Ends the keeper.</param>
    public NameLoop(
        string askAs, LocalApiClient client, CertificateKeeperOptions options, TimeProvider time, Random random, ILogger logger,
        Action<IssuedCertificate> deliver, Action report, CancellationToken stop)
    {
        (_client, _options, _time, _random, _logger, _deliver, _report) = (client, options, time, random, logger, deliver, report);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Status = new CertificateStatus(askAs, CertificateState.Pending, askAs);
        _retry = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<LocalApiException>(),
                MaxRetryAttempts = int.MaxValue,
                DelayGenerator = args => ValueTask.FromResult<TimeSpan?>(
                    Hold((LocalApiException)args.Outcome.Exception!, args.AttemptNumber)),
            })
            .Build();
    }

    /// <summary>How the name stands; written by the loop only.</summary>
    public CertificateStatus Status { get; private set; }

    public Task RunAsync() => Task.Run(RunToEndAsync);

    /// <summary>
    /// Something changed in tailscaled: what fails is asked now instead of when the wait is over. A call in progress goes on, and an
    /// authority's rate limit does not end because the node changed.
    /// </summary>
    public void Nudge()
    {
        lock (_sync)
        {
            if (Status.Failures > 0 && _time.GetUtcNow() >= _holdUntil)
            {
                _wake.Set();
                _round?.Cancel();
            }
        }
    }

    public void Stop()
    {
        lock (_sync)
        {
            if (!_ended)
            {
                _stop.Cancel();
            }
        }
    }

    private async Task RunToEndAsync()
    {
        await LoopAsync();
        lock (_sync)
        {
            _ended = true;
            _stop.Dispose();
        }
    }

    private async Task LoopAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                _wake.Reset();
                await RoundAsync();
                await _wake.WaitAsync(NextLook(), _time, _stop.Token);
            }
            catch (OperationCanceledException)
            {
                // stopped, or nudged while waiting for a repetition: the condition tells
            }
            catch (Exception e)
            {
                KeeperLog.Defect(_logger, e);
                await Task.Delay(_options.FirstRetry, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    // Asks until there is an answer. The round's token ends only the waits between the calls.
    private async Task RoundAsync()
    {
        using var round = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        lock (_sync)
        {
            _round = round;
        }

        try
        {
            await _retry.ExecuteAsync(static (loop, _) => loop.AskAsync(), this, round.Token);
        }
        finally
        {
            lock (_sync)
            {
                _round = null;
            }
        }
    }

    private async ValueTask AskAsync()
    {
        var now = _time.GetUtcNow();
        var plan = Plan();
        var least = plan?.MinValidity(now, _lastForced);
        if (least is not null)
        {
            _lastForced = now;
        }

        Status = Status with { LastAsked = now };
        try
        {
            var answer = await _client.GetCertificateAsync(
                Status.Name, least, plan?.CallLimit(now, _options.CallTimeout) ?? _options.CallTimeout, _stop.Token);
            TakeOver(answer);
        }
        catch (LocalApiException e)
        {
            Fail(Refusal.From(e, _client.SocketPath), logIt: !IsNodeTrouble(e.Fault));
            throw;
        }
    }

    private void TakeOver(IssuedCertificate answer)
    {
        var same = _inHand is { } old && old.Leaf.RawDataMemory.Span.SequenceEqual(answer.Leaf.RawDataMemory.Span);
        if (same)
        {
            answer.Leaf.Dispose();
            _unchanged = Plan()!.Value.Due <= _time.GetUtcNow() ? _unchanged + 1 : 0;
        }
        else
        {
            // Before the status: another name's answer publishes it too, and the first round must not end while a pair is on its way.
            _deliver(answer);
            _inHand = answer;
            _unchanged = 0;
            _lastForced = null;
        }

        var plan = Plan()!.Value;
        Status = new CertificateStatus(Status.Name, CertificateState.Issued, Status.Name)
        {
            NotBefore = plan.NotBefore, NotAfter = plan.NotAfter, LastAsked = Status.LastAsked,
        };
        if (same && plan.IsLate(_time.GetUtcNow()))
        {
            Fail(Late, logIt: true);
            return;
        }

        if (!same)
        {
            _logged = null;
            KeeperLog.Issued(_logger, Status.Name, plan.NotAfter);
        }

        _report();
    }

    private static readonly Refusal Late = new("EG-CERT-LATE",
        "tailscaled still hands out the old certificate although five sixths of its life are over",
        "systemctl restart tailscaled (a renewal that waits for the authority's Retry-After ends only so)");

    private void Fail(Refusal why, bool logIt)
    {
        Status = Status with
        {
            State = _inHand is { } pair && pair.Leaf.NotAfter.ToUniversalTime() > _time.GetUtcNow().UtcDateTime
                ? CertificateState.Issued : CertificateState.Refused,
            Code = why.Code, Reason = why.Reason, Cure = why.Cure, Failures = Status.Failures + 1,
        };
        if (logIt && _logged != why.Key)
        {
            _logged = why.Key;
            if (Status.NotAfter is { } end)
            {
                KeeperLog.NotRenewed(_logger, why.Code, Status.Name, why.Reason, end, why.Cure);
            }
            else
            {
                KeeperLog.Refused(_logger, why.Code, Status.Name, why.Reason, why.Cure);
            }
        }

        _report();
    }

    private TimeSpan Hold(LocalApiException error, int attempt)
    {
        var wait = RetryPlan.Delay(error, attempt, Plan()?.Life, _options, _random.NextDouble());
        if (error.Fault == LocalApiFault.RateLimited)
        {
            lock (_sync)
            {
                _holdUntil = _time.GetUtcNow() + wait;
            }
        }

        return wait;
    }

    private TimeSpan NextLook() => Plan()!.Value.NextLook(_time.GetUtcNow(), _unchanged, _options.LookEvery, _random.NextDouble());

    private RenewalPlan? Plan() => _inHand is { Leaf: var leaf } ? Of(leaf) : null;

    private static RenewalPlan Of(X509Certificate2 leaf) => new(leaf.NotBefore.ToUniversalTime(), leaf.NotAfter.ToUniversalTime());

    // The watch meets these too and says them once for all names.
    private static bool IsNodeTrouble(LocalApiFault fault) => fault is LocalApiFault.SocketMissing or LocalApiFault.SocketDead
        or LocalApiFault.SocketFileMounted or LocalApiFault.SocketDenied or LocalApiFault.Disconnected;
}
