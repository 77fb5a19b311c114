using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Proxy.Services;

/// <summary>One server of a service. Lives as long as its URL is listed, and a while longer, so that a returning instance finds its state.</summary>
public sealed class Server
{
    private int _inFlight;
    private long _avoidUntil;

    private Server(string url, string scheme, string host, int port, string path, bool preservePath)
    {
        Url = url;
        Scheme = scheme;
        Host = host;
        Port = port;
        Authority = Uri.CheckHostName(host) == UriHostNameType.IPv6 && !host.StartsWith('[') ? $"[{host}]:{port}" : $"{host}:{port}";
        UriPrefix = (scheme == "https" ? "https://" : "http://") + Authority;
        PathPrefix = preservePath ? path.TrimEnd('/') : "";
    }

    /// <summary>As configured; names the server in API, log and metrics.</summary>
    public string Url { get; }

    /// <summary><c>http</c>, <c>https</c> or <c>h2c</c>.</summary>
    public string Scheme { get; }

    /// <summary>Host of the URL.</summary>
    public string Host { get; }

    /// <summary>Port of the URL or of its scheme.</summary>
    public int Port { get; }

    /// <summary><c>host:port</c>.</summary>
    public string Authority { get; }

    /// <summary>What stands before the target in the URI of a request to it.</summary>
    internal string UriPrefix { get; }

    /// <summary>Path put in front of the target; empty unless preservePath.</summary>
    internal string PathPrefix { get; }

    /// <summary>Share of the requests; 0 or less = none.</summary>
    public long Weight { get; private set; } = 1;

    /// <summary>Requests that run on it.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Makes a server, or says why the URL cannot be used.</summary>
    public static Server? TryCreate(ServerConfig config, out string? error)
    {
        if (!Uri.TryCreate(config.Url, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
        {
            error = $"the server URL \"{config.Url}\" cannot be parsed";
            return null;
        }

        var scheme = uri.Scheme.ToLowerInvariant();
        if (scheme is not ("http" or "https" or "h2c"))
        {
            error = $"the server URL \"{config.Url}\" has the scheme \"{scheme}\"; use http, https or h2c";
            return null;
        }

        error = null;
        var port = uri.Port > 0 ? uri.Port : scheme == "https" ? 443 : 80;
        return new Server(config.Url!, scheme, uri.Host, port, uri.AbsolutePath, config.PreservePath) { Weight = config.Weight ?? 1 };
    }

    internal void SetWeight(long weight) => Weight = weight;

    internal void Enter() => Interlocked.Increment(ref _inFlight);

    internal void Leave() => Interlocked.Decrement(ref _inFlight);

    /// <summary>A connection could not be made: others are preferred until that time (<see cref="TimeProvider.GetTimestamp"/>).</summary>
    internal void AvoidUntil(long timestamp) => Volatile.Write(ref _avoidUntil, timestamp);

    internal bool IsAvoided(long now) => Volatile.Read(ref _avoidUntil) is var until and not 0 && now < until;
}
