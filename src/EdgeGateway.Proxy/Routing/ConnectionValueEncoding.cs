using System.Text;

namespace EdgeGateway.Proxy.Routing;

/// <summary>
/// Decodes Connection values for an HTTP engine that keeps only the option it knows when there is just one in the list: of
/// <c>keep-alive, X-Drop</c> Kestrel leaves <c>keep-alive</c>, and the header that is meant for this hop only would go on (RFC 9110 §7.6.1).
/// The list is given to it in an equal form that it leaves alone: a redundant <c>keep-alive</c> is left out, or added beside the other option
/// (measured on .NET 10: <c>EngineLoopbackTests</c>). To be used for the header <c>Connection</c> only; everything else is Latin-1.
/// </summary>
public sealed class ConnectionValueEncoding : Encoding
{
    /// <summary>The one instance.</summary>
    public static ConnectionValueEncoding Instance { get; } = new();

    private ConnectionValueEncoding()
    {
    }

    /// <inheritdoc />
    public override int GetByteCount(char[] chars, int index, int count) => Latin1.GetByteCount(chars, index, count);

    /// <inheritdoc />
    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) =>
        Latin1.GetBytes(chars, charIndex, charCount, bytes, byteIndex);

    /// <inheritdoc />
    public override int GetCharCount(byte[] bytes, int index, int count) => Decode(bytes.AsSpan(index, count)).Length;

    /// <inheritdoc />
    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex)
    {
        var text = Decode(bytes.AsSpan(byteIndex, byteCount));
        text.CopyTo(0, chars, charIndex, text.Length);
        return text.Length;
    }

    /// <inheritdoc />
    public override int GetMaxByteCount(int charCount) => charCount;

    /// <inheritdoc />
    public override int GetMaxCharCount(int byteCount) => byteCount + "keep-alive, ".Length;

    private static string Decode(ReadOnlySpan<byte> bytes)
    {
        var text = Latin1.GetString(bytes);
        bool keepAlive = false, close = false, upgrade = false, names = false;
        foreach (var range in text.AsSpan().Split(','))
        {
            var option = text.AsSpan(range).Trim(" \t");
            if (option.Equals("keep-alive", StringComparison.OrdinalIgnoreCase))
            {
                keepAlive = true;
            }
            else if (option.Equals("close", StringComparison.OrdinalIgnoreCase))
            {
                close = true;
            }
            else if (option.Equals("upgrade", StringComparison.OrdinalIgnoreCase))
            {
                upgrade = true;
            }
            else if (!option.IsEmpty)
            {
                names = true;
            }
        }

        return (names, keepAlive, close || upgrade) switch
        {
            // One option of its own and names: a second option keeps the list whole. Close still wins over keep-alive.
            (true, false, true) => "keep-alive, " + text,

            // HTTP/1.1 stays open without being asked. (HTTP/1.0 would close: no client sends it a list.)
            (true, true, false) => string.Join(
                ", ",
                text.Split(',', StringSplitOptions.TrimEntries).Where(static option => !option.Equals("keep-alive", StringComparison.OrdinalIgnoreCase))),
            _ => text,
        };
    }
}
