using System.Collections.Concurrent;
using EdgeGateway.Tailscale.Certificates;
using EdgeGateway.Tailscale.LocalApi;
using EdgeGateway.Testbed.Tailscale;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Tailscale.Tests;

/// <summary>A keeper over a real unix socket, with its log lines and its certificates in hand, and waits that end on events.</summary>
internal sealed class KeeperFixture : IAsyncDisposable, ILogger<CertificateKeeper>
{
    /// <summary>How long a test waits for what must happen; generous because the machine is shared.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The time plan of production with seconds in place of minutes.</summary>
    public static readonly CertificateKeeperOptions Quick = new()
    {
        CallTimeout = TimeSpan.FromSeconds(20),
        QuickRetry = TimeSpan.FromMilliseconds(50),
        FirstRetry = TimeSpan.FromMilliseconds(200),
        LongestRetry = TimeSpan.FromSeconds(1),
        RateLimitWait = TimeSpan.FromMilliseconds(500),
        StatusPoll = TimeSpan.FromMinutes(5),
        StartingPoll = TimeSpan.FromMilliseconds(200),
        ReconnectFirst = TimeSpan.FromMilliseconds(30),
        ReconnectLongest = TimeSpan.FromMilliseconds(300),
        Debounce = TimeSpan.FromMilliseconds(20),
    };

    private readonly LocalApiClient _client;
    private readonly ConcurrentDictionary<string, IssuedCertificate> _inHand = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<IssuedCertificate> _all = new();

    public KeeperFixture(string socketPath, CertificateKeeperOptions? options = null)
    {
        _client = new LocalApiClient(socketPath);
        Keeper = new CertificateKeeper(_client, TakeOver, this, options ?? Quick, random: new Random(1));
    }

    public CertificateKeeper Keeper { get; }

    public ConcurrentQueue<string> Log { get; } = new();

    public IReadOnlyCollection<IssuedCertificate> Issued => _all;

    public IssuedCertificate? InHand(string name) => _inHand.GetValueOrDefault(name);

    public void Start(params string[] wanted)
    {
        Keeper.Start();
        Keeper.SetWanted(wanted);
    }

    public CertificateStatus Status(string name) => Keeper.Statuses[name];

    public Task<CertificateStatus> WaitAsync(string name, CertificateState state) => WaitAsync(name, s => s.State == state);

    /// <summary>Waits for a status that meets the condition; every change of the keeper is looked at.</summary>
    public async Task<CertificateStatus> WaitAsync(string name, Func<CertificateStatus, bool> condition)
    {
        await WaitUntilAsync(() => Keeper.Statuses.TryGetValue(name, out var s) && condition(s), () => string.Join("\n", Keeper.Statuses.Values) + "\n" + string.Join("\n", Log));
        return Keeper.Statuses[name];
    }

    public async Task WaitUntilAsync(Func<bool> condition, Func<string>? picture = null)
    {
        var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look()
        {
            if (condition())
            {
                met.TrySetResult();
            }
        }

        Keeper.Changed += Look;
        try
        {
            Look();
            await met.Task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException("not within the test's patience; now:\n" + (picture?.Invoke() ?? string.Join("\n", Log)));
        }
        finally
        {
            Keeper.Changed -= Look;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Keeper.DisposeAsync();
        _client.Dispose();
    }

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel >= LogLevel.Information)
        {
            Log.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");
        }
    }

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    private void TakeOver(IssuedCertificate pair)
    {
        _all.Enqueue(pair);
        _inHand[pair.Name] = pair;
    }
}
