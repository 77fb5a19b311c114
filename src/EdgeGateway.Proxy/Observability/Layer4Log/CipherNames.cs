using System.Collections.Concurrent;
using System.Net.Security;

namespace EdgeGateway.Proxy.Observability.Layer4Log;

/// <summary>Names of cipher suites (IANA), made once each: the runtime makes a text at every call.</summary>
internal static class CipherNames
{
    private static readonly ConcurrentDictionary<TlsCipherSuite, string> Names = new();

    /// <summary>Null for none.</summary>
    public static string? Of(TlsCipherSuite? suite) => suite is { } known ? Names.GetOrAdd(known, static s => s.ToString()) : null;
}
