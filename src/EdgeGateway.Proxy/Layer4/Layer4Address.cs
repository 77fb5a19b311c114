using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace EdgeGateway.Proxy.Layer4;

/// <summary><c>host:port</c> of a TCP or UDP server, read as Go's <c>net.SplitHostPort</c> does: an IPv6 address stands in brackets.</summary>
/// <param name="Host">Name or address without brackets.</param>
/// <param name="Port">1 to 65535.</param>
internal readonly record struct Layer4Address(string Host, int Port)
{
    /// <summary>Reads an address, or says what is wrong with it.</summary>
    public static bool TryParse(string? text, out Layer4Address address, [NotNullWhen(false)] out string? error)
    {
        address = default;
        var colon = text?.LastIndexOf(':') ?? -1;
        if (colon < 0)
        {
            error = $"the server address \"{text}\" has no port; write host:port";
            return false;
        }

        var host = text![..colon];
        if (host.StartsWith('[') && host.EndsWith(']'))
        {
            host = host[1..^1];
            if (!IPAddress.TryParse(host, out _))
            {
                error = $"the server address \"{text}\" has no IPv6 address in its brackets";
                return false;
            }
        }
        else if (host.Contains(':', StringComparison.Ordinal))
        {
            error = $"the server address \"{text}\" has too many colons; an IPv6 address stands in brackets";
            return false;
        }

        if (host.Length == 0)
        {
            host = "localhost"; // Go dials the local system when the host is empty.
        }

        if (!ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0)
        {
            error = $"the server address \"{text}\" has no port between 1 and 65535";
            return false;
        }

        address = new(host, port);
        error = null;
        return true;
    }
}
