using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;

namespace EdgeGateway.Proxy.Tls;

/// <summary>
/// Texts of ClientHellos that were seen before, so that reading one allocates nothing: a few names and lists of protocols make up nearly all
/// connections. Two tables of fixed size, one entry per slot: whoever sends a thousand names pays for them himself, nobody else does.
/// </summary>
internal static class HelloTexts
{
    // RFC 1035 §2.3.4; a list of all protocols that browsers offer has 40 bytes.
    private const int LongestName = 255;
    private const int LongestList = 64;

    private static readonly Entry<string?>?[] Names = new Entry<string?>?[1024];
    private static readonly Entry<string[]>?[] Lists = new Entry<string[]>?[64];

    /// <summary>A server name as it is compared: lower case, without a trailing dot; null for an address.</summary>
    /// <param name="raw">ASCII.</param>
    public static string? Name(ReadOnlySpan<byte> raw)
    {
        if (raw.Length > LongestName)
        {
            return MakeName(raw);
        }

        ref var slot = ref Slot(Names, raw);
        if (slot is not { } known || !known.Raw.AsSpan().SequenceEqual(raw))
        {
            slot = known = new(raw.ToArray(), MakeName(raw));
        }

        return known.Value;
    }

    /// <summary>The protocols of a list (RFC 7301 §3.1); false when it is malformed. Callers do not change it.</summary>
    public static bool TryProtocols(ReadOnlySpan<byte> raw, [NotNullWhen(true)] out string[]? protocols)
    {
        if (raw.Length > LongestList)
        {
            return TryMakeList(raw, out protocols);
        }

        ref var slot = ref Slot(Lists, raw);
        if (slot is not { } known || !known.Raw.AsSpan().SequenceEqual(raw))
        {
            if (!TryMakeList(raw, out protocols))
            {
                return false;
            }

            slot = known = new(raw.ToArray(), protocols);
        }

        protocols = known.Value;
        return true;
    }

    // The hash is seeded per process: nobody can aim at a slot.
    private static ref Entry<T>? Slot<T>(Entry<T>?[] table, ReadOnlySpan<byte> raw)
    {
        var hash = default(HashCode);
        hash.AddBytes(raw);
        return ref table[(uint)hash.ToHashCode() % (uint)table.Length];
    }

    private static string? MakeName(ReadOnlySpan<byte> raw)
    {
        var text = Encoding.ASCII.GetString(raw).ToLowerInvariant().TrimEnd('.');
        return text.Length == 0 || IPAddress.TryParse(text, out _) ? null : text;
    }

    private static bool TryMakeList(ReadOnlySpan<byte> raw, [NotNullWhen(true)] out string[]? protocols)
    {
        protocols = null;
        var names = new List<string>(2);
        while (!raw.IsEmpty)
        {
            var length = raw[0];
            if (length == 0 || raw.Length <= length)
            {
                return false;
            }

            names.Add(Encoding.Latin1.GetString(raw.Slice(1, length)));
            raw = raw[(1 + length)..];
        }

        protocols = [.. names];
        return true;
    }

    // Written as a whole by a plain store of its reference; a race costs one of the two an entry.
    private sealed record Entry<T>(byte[] Raw, T Value);
}
