using Microsoft.Extensions.Primitives;

namespace EdgeGateway.Proxy.Pipeline;

/// <summary>What the service did with a request, filled by the attempt loop, read by access log and metrics. Reused with its context.</summary>
public sealed class ForwardingRecord
{
    /// <summary>Asks a forwarder to note <see cref="HeadTimestamp"/>.</summary>
    internal const long Wanted = -1;

    /// <summary>Qualified name of the service that answered; null when none was reached.</summary>
    public string? ServiceName { get; set; }

    /// <summary>URL of the server of the last attempt; null when none was tried.</summary>
    public string? ServerUrl { get; set; }

    /// <summary>Status the server gave, before any middleware; 0 when none came.</summary>
    public int ServerStatus { get; set; }

    /// <summary>Bytes of the server's response body that were read.</summary>
    public long ServerBytes { get; set; }

    /// <summary>Bytes of the body that the client was sent where a middleware changed their number; null when none did.</summary>
    public long? AnswerBytes { get; set; }

    /// <summary>Bytes of the client's body that were passed on by an attempt where their number was not announced; the most of any attempt.</summary>
    public long ClientBytes { get; set; }

    /// <summary>Asks for <see cref="OriginHeaders"/>.</summary>
    internal bool KeepsHeaders { get; set; }

    /// <summary>Headers of the service's answer before any middleware; null when they were not asked for, or when no service answered.</summary>
    internal KeyValuePair<string, StringValues>[]? OriginHeaders { get; set; }

    /// <summary>True when no server could be connected to, so that none saw anything of the request.</summary>
    internal bool IsUnreached { get; set; }

    /// <summary>Attempts of the service after its first.</summary>
    public int Retries { get; set; }

    /// <summary>Times that a middleware had the service try again.</summary>
    public int Repeats { get; set; }

    /// <summary>All attempts after the first, for access log and metrics.</summary>
    public int AllRetries => Retries + Repeats;

    /// <summary><see cref="TimeProvider.GetTimestamp"/> when the first attempt began; 0 when there was none.</summary>
    public long StartTimestamp { get; set; }

    /// <summary>
    /// <see cref="TimeProvider.GetTimestamp"/> when the head of the server's answer came; noted only where it stood at <see cref="Wanted"/> before.
    /// </summary>
    internal long HeadTimestamp { get; set; }

    /// <summary>From <see cref="StartTimestamp"/> to the end of the last attempt.</summary>
    public TimeSpan Duration { get; set; }

    internal void Reset()
    {
        ServiceName = null;
        ServerUrl = null;
        ServerStatus = 0;
        ServerBytes = 0;
        AnswerBytes = null;
        ClientBytes = 0;
        KeepsHeaders = false;
        OriginHeaders = null;
        IsUnreached = false;
        Retries = 0;
        Repeats = 0;
        StartTimestamp = 0;
        HeadTimestamp = 0;
        Duration = default;
    }
}
