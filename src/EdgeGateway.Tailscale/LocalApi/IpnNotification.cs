using System.Text.Json;

namespace EdgeGateway.Tailscale.LocalApi;

/// <summary>
/// One line of <c>watch-ipn-bus</c>, reduced to the only question that the gateway asks it: is it worth reading the status again?
/// </summary>
/// <param name="Opened">First line of a stream: tailscaled may have restarted.</param>
/// <param name="Changed">The line carries a new state, the node itself (HTTPS switched on or off, capabilities) or an error.</param>
public readonly record struct IpnNotification(bool Opened, bool Changed)
{
    /// <summary>Reads a line; one that is not JSON counts as a change, because the status is the truth and a look costs little.</summary>
    internal static IpnNotification Parse(ReadOnlySpan<byte> line)
    {
        var opened = false;
        var changed = false;
        try
        {
            var reader = new Utf8JsonReader(line);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return new IpnNotification(false, true);
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isSession = reader.ValueTextEquals("SessionID"u8);
                var matters = isSession || reader.ValueTextEquals("State"u8) || reader.ValueTextEquals("SelfChange"u8)
                    || reader.ValueTextEquals("ErrMessage"u8) || reader.ValueTextEquals("LoginFinished"u8);
                reader.Read();
                if (matters && reader.TokenType != JsonTokenType.Null)
                {
                    changed = true;
                    opened |= isSession;
                }

                reader.Skip();
            }
        }
        catch (JsonException)
        {
            changed = true;
        }

        return new IpnNotification(opened, changed);
    }
}
