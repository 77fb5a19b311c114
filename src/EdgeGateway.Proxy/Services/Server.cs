using System.Diagnostics.CodeAnalysis;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Forwarding;
using EdgeGateway.Proxy.Services.Health;
using EdgeGateway.Proxy.Services.Strategies;

namespace EdgeGateway.Proxy.Services;

/// <summary>One server of a service. Lives as long as its URL is listed, and a while longer, so that a returning instance finds its state.</summary>
public sealed class Server
{
    // Requests repeat themselves; a few URIs per server spare most of them the parsing, and no client can make it grow.
    private const int CachedUris = 8;
    private const int LongestCachedTarget = 128;

    // Made at the first request: many servers of a large cluster never see one.
    private CachedUri?[]? _uris;
    private ResponseTimes? _times;
    private FailureCount? _failures;
    private int _inFlight;
    private long _avoidUntil;
    private int _retired = 1;
    private volatile bool _joined;

    private Server(ServerUrl url, string text, bool preservePath, ServerAddress address)
    {
        Url = text;
        Scheme = url.Scheme;
        Host = url.Host;
        Port = url.Port;
        Authority = url.Authority;
        PreservesPath = preservePath;
        var prefix = (url.Scheme == "https" ? "https://" : "http://") + url.Authority;
        UriPrefix = prefix == text ? text : prefix;
        PathPrefix = preservePath ? url.Path.TrimEnd('/') : "";
        Address = address;
    }

    /// <summary>As configured; names the server in API, log and metrics.</summary>
    public string Url { get; }

    /// <summary><c>http</c>, <c>https</c> or <c>h2c</c>.</summary>
    public string Scheme { get; }

    /// <summary>Host of the URL.</summary>
    public string Host { get; }

    /// <summary>Port of the URL or of its scheme.</summary>
    public int Port { get; }

    /// <summary>Host and port as written in the URL: the Host header without <c>passHostHeader</c>.</summary>
    public string Authority { get; }

    /// <summary>True: the URL's path is put before the request's.</summary>
    internal bool PreservesPath { get; }

    /// <summary>What stands before the target in the URI of a request to it.</summary>
    internal string UriPrefix { get; }

    /// <summary>Path put in front of the target; empty unless preservePath.</summary>
    internal string PathPrefix { get; }

    /// <summary>The connections to its host and port.</summary>
    internal ServerAddress Address { get; }

    /// <summary>Share of the requests; 0 or less = none.</summary>
    public long Weight { get; private set; } = 1;

    /// <summary>False: a check found it down; it gets no request.</summary>
    public bool IsUp { get; internal set; } = true;

    /// <summary>True once an active check said something about it.</summary>
    internal bool WasChecked { get; set; }

    /// <summary>True: only requests that stick to it come here.</summary>
    public bool IsFenced { get; internal set; }

    /// <summary>How long it takes to answer; measured for <c>leasttime</c> only.</summary>
    internal ResponseTimes Times => _times ?? Interlocked.CompareExchange(ref _times, new(), null) ?? _times!;

    /// <summary>Its failures, where traffic decides on its health.</summary>
    internal FailureCount Failures => _failures ?? Interlocked.CompareExchange(ref _failures, new(), null) ?? _failures!;

    /// <summary>The same; null while it never failed.</summary>
    internal FailureCount? FailuresSoFar => _failures;

    /// <summary>Requests that run on it.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Makes a server, or says why the URL cannot be used.</summary>
    internal static bool TryCreate(
        ServerConfig config, ServerAddresses addresses, [NotNullWhen(true)] out Server? server, [NotNullWhen(false)] out string? error)
    {
        server = ServerUrl.TryParse(config.Url, out var url, out error)
            ? new Server(url, config.Url!, config.PreservePath, addresses.GetOrAdd(url.Host, url.Port)) { Weight = config.Weight ?? 1 }
            : null;
        return server is not null;
    }

    /// <summary>True for the server that the configuration means.</summary>
    internal bool Is(ServerConfig config) => PreservesPath == config.PreservePath && string.Equals(Url, config.Url, StringComparison.Ordinal);

    internal void SetWeight(long weight) => Weight = weight;

    /// <summary>Puts it in service (again); false when it was.</summary>
    internal bool Activate()
    {
        if (Interlocked.Exchange(ref _retired, 0) == 0)
        {
            return false;
        }

        Address.AddUser();
        return true;
    }

    /// <summary>Takes it out of service; its idle connections are closed, running requests go on to their end.</summary>
    internal void Retire()
    {
        if (Interlocked.Exchange(ref _retired, 1) == 0)
        {
            Address.RemoveUser();
        }
    }

    internal void Enter()
    {
        Interlocked.Increment(ref _inFlight);
        Address.Enter();
    }

    internal void Leave()
    {
        Interlocked.Decrement(ref _inFlight);
        Address.Leave();
    }

    /// <summary>A connection could not be made: others are preferred until that time (<see cref="TimeProvider.GetTimestamp"/>).</summary>
    internal void AvoidUntil(long timestamp) => Volatile.Write(ref _avoidUntil, timestamp);

    /// <summary>True: others are preferred, because it could not be reached a moment ago or has only just started.</summary>
    internal bool IsAvoided(long now) => IsStarting || (Volatile.Read(ref _avoidUntil) is var until and not 0 && now < until);

    /// <summary>True from <see cref="Join"/> until somebody got a connection to it, while it is in service.</summary>
    internal bool IsStarting => _joined && !Address.IsProven && Volatile.Read(ref _retired) == 0;

    /// <summary>Notes whether it came into a service that has other servers already: it has then probably only just started.</summary>
    internal void Join(bool joined) => _joined = joined;

    /// <summary>The URI of a request, with the target byte for byte.</summary>
    internal ServerUri UriFor(string target)
    {
        if (target.Length > LongestCachedTarget)
        {
            return new ServerUri(this, target);
        }

        var uris = _uris ??= new CachedUri?[CachedUris];
        ref var slot = ref uris[(uint)target.GetHashCode(StringComparison.Ordinal) % CachedUris];
        var cached = Volatile.Read(ref slot);
        if (cached is not null && string.Equals(cached.Target, target, StringComparison.Ordinal))
        {
            return cached.Uri;
        }

        var uri = new ServerUri(this, target);
        Volatile.Write(ref slot, new CachedUri(target, uri));
        return uri;
    }

    private sealed record CachedUri(string Target, ServerUri Uri);
}
