using System.Buffers;

namespace EdgeGateway.Proxy.Observability;

/// <summary>What a value may not bring into a line or a JSON string as it is: it could end it.</summary>
internal static class Dangerous
{
    /// <summary>Control characters, quote, backslash.</summary>
    public static readonly SearchValues<char> Characters = SearchValues.Create(
        [.. Enumerable.Range(0, ' ').Select(static c => (char)c), '"', '\\', '\x7f']);
}
