using System.Text;
using Microsoft.Net.Http.Headers;

namespace EdgeGateway.Proxy.Forwarding.Http1;

/// <summary>
/// Takes the chunk framing off a body (RFC 9112 §7.1), piece by piece as it comes. Line ends are CRLF and nothing else: a lone LF in
/// the framing is read differently by different programs, which is what smuggling lives on.
/// </summary>
internal struct ChunkedReader
{
    // Go's limits: a chunk line in its 4 KiB read buffer, a trailer section as large; both generous.
    private const int MaxLine = 4096;
    private const int MaxTrailers = 64 * 1024;
    private const int MaxSizeDigits = 15; // below 2^63

    private State _state;
    private long _left;
    private int _trailerBytes;

    private enum State
    {
        Size,
        Data,
        DataEnd,
        Trailers,
        End,
    }

    /// <summary>True once the end of the body, trailers included, was read.</summary>
    public readonly bool IsAtEnd => _state == State.End;

    /// <summary>Trailer fields that came, in their order; null when none did. Those that would change framing or routing are left out.</summary>
    public List<KeyValuePair<string, string>>? Trailers { get; private set; }

    /// <summary>Reads as far as it can.</summary>
    /// <param name="bytes">What is there.</param>
    /// <param name="consumed">How much of it was used up; what is left must be given again, with more behind it.</param>
    /// <returns>A piece of the body inside <paramref name="bytes"/>; empty: more is needed, or the end is there.</returns>
    /// <exception cref="UnusableAnswerException">The framing is malformed.</exception>
    public ReadOnlySpan<byte> Read(ReadOnlySpan<byte> bytes, out int consumed)
    {
        consumed = 0;
        while (true)
        {
            var rest = bytes[consumed..];
            switch (_state)
            {
                case State.Data:
                    if (rest.IsEmpty)
                    {
                        return default;
                    }

                    var piece = rest[..(int)Math.Min(_left, rest.Length)];
                    consumed += piece.Length;
                    _left -= piece.Length;
                    _state = _left == 0 ? State.DataEnd : State.Data;
                    return piece;

                case State.DataEnd:
                    if (rest.Length < 2)
                    {
                        CheckStart(rest, "\r"u8);
                        return default;
                    }

                    CheckStart(rest, "\r\n"u8);
                    consumed += 2;
                    _state = State.Size;
                    break;

                case State.Size:
                    if (!TryLine(rest, out var line))
                    {
                        return default;
                    }

                    consumed += line.Length + 2;
                    _left = ReadSize(line);
                    _state = _left == 0 ? State.Trailers : State.Data;
                    break;

                case State.Trailers:
                    if (!TryLine(rest, out var trailer))
                    {
                        return default;
                    }

                    consumed += trailer.Length + 2;
                    _trailerBytes += trailer.Length + 2;
                    if (trailer.IsEmpty)
                    {
                        _state = State.End;
                        return default;
                    }

                    AddTrailer(trailer);
                    break;

                default:
                    return default;
            }
        }
    }

    private static bool TryLine(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> line)
    {
        var end = bytes.IndexOfAny((byte)'\r', (byte)'\n');
        line = default;
        if (end < 0)
        {
            return bytes.Length > MaxLine ? throw Malformed("a line without end") : false;
        }

        if (bytes[end] == '\n' || end > MaxLine)
        {
            throw Malformed("a lone line feed, or too long a line");
        }

        if (end + 1 == bytes.Length)
        {
            return false;
        }

        line = bytes[..end];
        return bytes[end + 1] == '\n' ? true : throw Malformed("a lone carriage return");
    }

    // Extensions behind a semicolon have no meaning here and end here (RFC 9112 §7.1.1).
    private static long ReadSize(ReadOnlySpan<byte> line)
    {
        var semicolon = line.IndexOf((byte)';');
        var digits = (semicolon < 0 ? line : line[..semicolon]).TrimEnd(" \t"u8);
        if (digits.IsEmpty || digits.Length > MaxSizeDigits)
        {
            throw Malformed("no chunk size");
        }

        var size = 0L;
        foreach (var digit in digits)
        {
            size = (size << 4) | (digit switch
            {
                >= (byte)'0' and <= (byte)'9' => (long)digit - '0',
                >= (byte)'a' and <= (byte)'f' => (long)digit - 'a' + 10,
                >= (byte)'A' and <= (byte)'F' => (long)digit - 'A' + 10,
                _ => throw Malformed("no chunk size"),
            });
        }

        return size;
    }

    private void AddTrailer(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        if (colon <= 0 || _trailerBytes > MaxTrailers)
        {
            throw Malformed("trailers");
        }

        var name = Encoding.Latin1.GetString(line[..colon]);
        var value = Encoding.Latin1.GetString(line[(colon + 1)..].Trim(" \t"u8));
        if (!Middlewares.Headers.HeaderText.IsToken(name) || Middlewares.Headers.HeaderText.Clean(value) != value)
        {
            throw Malformed("trailers");
        }

        // RFC 9110 §6.5.1: fields that frame or route the message are no trailers.
        if (!HopByHopHeaders.Contains(name)
            && !name.Equals(HeaderNames.ContentLength, StringComparison.OrdinalIgnoreCase)
            && !name.Equals(HeaderNames.Host, StringComparison.OrdinalIgnoreCase))
        {
            (Trailers ??= []).Add(new(name, value));
        }
    }

    private static void CheckStart(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> expected)
    {
        if (!expected.StartsWith(bytes[..Math.Min(bytes.Length, expected.Length)]))
        {
            throw Malformed("a chunk longer than its size");
        }
    }

    private static UnusableAnswerException Malformed(string what) => new($"the server's chunked body cannot be understood: {what}");
}
