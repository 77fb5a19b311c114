using System.Globalization;

namespace EdgeGateway.Configuration.Static;

/// <summary>The address of an entry point, taken apart: <c>[host]:port[/tcp|/udp]</c> (static-config §2.1).</summary>
/// <param name="Listen"><c>[host]:port</c>; empty = a port that the system picks.</param>
/// <param name="Protocol"><c>tcp</c> or <c>udp</c>.</param>
internal readonly record struct AddressSyntax(string Listen, string Protocol)
{
    /// <summary>Reads an address; the host is not looked up.</summary>
    /// <param name="text">As written.</param>
    /// <param name="address">The parts.</param>
    /// <param name="error">What is wrong with it.</param>
    public static bool TryParse(string text, out AddressSyntax address, out string error)
    {
        address = default;
        error = "";
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var listen = slash < 0 ? text : text[..slash];
        var protocol = slash < 0 ? "tcp" : text[(slash + 1)..].ToLowerInvariant();
        if (protocol is not ("tcp" or "udp"))
        {
            error = $"invalid protocol '{protocol}' in address {text}: use /tcp or /udp";
            return false;
        }

        if (listen.Length > 0)
        {
            var colon = listen.LastIndexOf(':');
            if (colon < 0 || listen.EndsWith(']'))
            {
                error = $"address {listen}: missing port, use [host]:port";
                return false;
            }

            if (listen.AsSpan(0, colon).Contains(':') && !(listen[0] == '[' && listen[colon - 1] == ']'))
            {
                error = $"address {listen}: put an IPv6 address into brackets";
                return false;
            }

            if (!ushort.TryParse(listen.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                error = $"address {listen}: invalid port";
                return false;
            }
        }

        address = new(listen, protocol);
        return true;
    }
}
