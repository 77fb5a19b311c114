using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace EdgeGateway.Proxy.Forwarding.Http1;

/// <summary>
/// A server's status line and header lines, and what they say about the body (RFC 9112 §6.3). As strict as Go's net/http, which
/// decides between a usable answer and a 500 for Traefik's users; where framing is in doubt the connection is not used again. One per connection,
/// reused: a server repeats its headers, and a value that is the same as last time keeps its string.
/// </summary>
internal sealed class ResponseHead
{
    /// <summary>Go's limit for an answer's head (http.Transport.MaxResponseHeaderBytes). In bytes.</summary>
    public const int MaxSize = 10 * 1024 * 1024;

    // Far above what servers send; bounds the search for repeated names.
    private const int MaxHeaders = 1000;

    private static readonly SearchValues<byte> Token =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"u8);

    // What Go refuses in a value: everything below a blank but the tab, and DEL.
    private static readonly SearchValues<byte> Control = SearchValues.Create(
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127]);

    private string[] _names = new string[16];
    private string[] _values = new string[16];

    /// <summary>Status code, 100 to 999.</summary>
    public int Status { get; private set; }

    /// <summary>Number of header lines.</summary>
    public int Count { get; private set; }

    /// <summary>Length of the body; -1 when none is given, or when it is chunked.</summary>
    public long Length { get; private set; }

    /// <summary>True: the body is chunked.</summary>
    public bool IsChunked { get; private set; }

    /// <summary>True: the connection must not be used again after this answer.</summary>
    public bool Closes { get; private set; }

    /// <summary>True for 1xx other than 101: another head follows.</summary>
    public bool IsInterim => Status is < 200 and not StatusCodes.Status101SwitchingProtocols;

    /// <summary>Name of a header line, in the server's spelling.</summary>
    public string Name(int index) => _names[index];

    /// <summary>Value of a header line, without outer blanks.</summary>
    public string Value(int index) => _values[index];

    /// <summary>The first value of a header; null when there is none.</summary>
    public string? Find(string name)
    {
        for (var i = 0; i < Count; i++)
        {
            if (_names[i].Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return _values[i];
            }
        }

        return null;
    }

    /// <summary>Where a head ends, its empty line included; -1 while it has not ended. Lines end with LF, as Go takes them, CR before it or not.</summary>
    /// <param name="bytes">What has been read.</param>
    /// <param name="scanned">How far it was looked through; 0 at the first call.</param>
    public static int FindEnd(ReadOnlySpan<byte> bytes, ref int scanned)
    {
        while (true)
        {
            var at = bytes[scanned..].IndexOf((byte)'\n');
            if (at < 0)
            {
                scanned = bytes.Length;
                return -1;
            }

            var next = scanned + at + 1;
            if (next < bytes.Length && bytes[next] == '\n')
            {
                return next + 1;
            }

            if (next + 1 < bytes.Length && bytes[next] == '\r')
            {
                if (bytes[next + 1] == '\n')
                {
                    return next + 2;
                }
            }
            else if (next >= bytes.Length - 1)
            {
                // The line feed may be the last but one byte of the head: it is looked at again.
                scanned = next - 1;
                return -1;
            }

            scanned = next;
        }
    }

    /// <summary>Reads a head.</summary>
    /// <param name="head">From the status line to the empty line, as <see cref="FindEnd"/> found it.</param>
    /// <exception cref="UnusableAnswerException">It is malformed.</exception>
    public void Read(ReadOnlySpan<byte> head)
    {
        Count = 0;
        Length = -1;
        IsChunked = false;
        var (major, minor) = ReadStatusLine(NextLine(ref head));
        while (true)
        {
            var line = NextLine(ref head);
            if (line.IsEmpty)
            {
                break;
            }

            ReadHeader(line, ref head);
        }

        ReadFraming(major, minor);
    }

    private static ReadOnlySpan<byte> NextLine(ref ReadOnlySpan<byte> head)
    {
        var end = head.IndexOf((byte)'\n');
        if (end < 0)
        {
            throw Malformed("a line without end");
        }

        var line = head[..end];
        head = head[(end + 1)..];
        return line is [.., (byte)'\r'] ? line[..^1] : line;
    }

    // "HTTP/1.1 200 OK": any version of one digit each and three digits of status are taken; the phrase is Go's business alone.
    private (int Major, int Minor) ReadStatusLine(ReadOnlySpan<byte> line)
    {
        if (line.Length < 9 || !line.StartsWith("HTTP/"u8) || line[6] != '.' || line[8] != ' '
            || !char.IsAsciiDigit((char)line[5]) || !char.IsAsciiDigit((char)line[7]))
        {
            throw Malformed("no status line");
        }

        var rest = line[9..].TrimStart((byte)' ');
        var blank = rest.IndexOf((byte)' ');
        var code = blank < 0 ? rest : rest[..blank];
        if (code.Length != 3 || code.ContainsAnyExceptInRange((byte)'0', (byte)'9') || code[0] == '0')
        {
            throw Malformed("no status code");
        }

        Status = ((code[0] - '0') * 100) + ((code[1] - '0') * 10) + code[2] - '0';
        return (line[5] - '0', line[7] - '0');
    }

    private void ReadHeader(scoped ReadOnlySpan<byte> line, ref ReadOnlySpan<byte> head)
    {
        var colon = line.IndexOf((byte)':');
        if (colon <= 0 || line[..colon].ContainsAnyExcept(Token))
        {
            throw Malformed("a header line without name");
        }

        if (Count == MaxHeaders)
        {
            throw Malformed("too many header lines");
        }

        var name = line[..colon];
        var value = line[(colon + 1)..].Trim(" \t"u8);
        if (!head.IsEmpty && head[0] is (byte)' ' or (byte)'\t')
        {
            Add(name, Unfold(value, ref head));
            return;
        }

        Add(name, value);
    }

    // A line that begins with a blank goes on with the one before (RFC 9112 §5.2): one blank takes the place of the fold.
    private static byte[] Unfold(scoped ReadOnlySpan<byte> first, ref ReadOnlySpan<byte> head)
    {
        var value = new ArrayBufferWriter<byte>(256);
        value.Write(first);
        do
        {
            value.Write(" "u8);
            value.Write(NextLine(ref head).Trim(" \t"u8));
        }
        while (!head.IsEmpty && head[0] is (byte)' ' or (byte)'\t');

        return value.WrittenSpan.Trim(" \t"u8).ToArray();
    }

    private void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (value.ContainsAny(Control))
        {
            throw Malformed("a header value with control characters");
        }

        if (Count == _names.Length)
        {
            Array.Resize(ref _names, Count * 2);
            Array.Resize(ref _values, Count * 2);
        }

        ref var lastName = ref _names[Count];
        if (lastName is null || !Ascii.Equals(name, lastName))
        {
            lastName = KnownHeaderNames.Find(name) ?? Encoding.ASCII.GetString(name);
        }

        ref var lastValue = ref _values[Count];
        if (lastValue is null || !Ascii.Equals(value, lastValue))
        {
            lastValue = Encoding.Latin1.GetString(value);
        }

        Count++;
    }

    private void ReadFraming(int major, int minor)
    {
        var lengths = 0;
        var codings = 0;
        var length = -1L;
        var keepsAlive = false;
        Closes = major != 1;
        for (var i = 0; i < Count; i++)
        {
            switch (_names[i].Length)
            {
                case 10 when Is(i, HeaderNames.Connection):
                    Closes |= Routing.ConnectionHeaders.HasToken(_values[i], "close");
                    keepsAlive |= Routing.ConnectionHeaders.HasToken(_values[i], "keep-alive");
                    break;
                case 14 when Is(i, HeaderNames.ContentLength):
                    lengths++;
                    length = ReadLength(_values[i], length);
                    break;

                // Without meaning before HTTP/1.1 (RFC 9112 §6.1); the connection ends anyway.
                case 17 when Is(i, HeaderNames.TransferEncoding) && (major > 1 || minor > 0):
                    codings++;
                    IsChunked = _values[i].Equals("chunked", StringComparison.OrdinalIgnoreCase);
                    if (!IsChunked || codings > 1)
                    {
                        throw Malformed("an unknown transfer coding");
                    }

                    break;
            }
        }

        // Chunked wins over a length, but whoever sends both may mean something else: the connection ends (RFC 9112 §6.3 rule 3).
        Closes |= (minor == 0 && !keepsAlive) || (IsChunked && lengths > 0);
        Length = IsChunked ? -1 : length;
    }

    private static long ReadLength(string value, long before) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var length) && (before < 0 || before == length)
            ? length
            : throw Malformed("no usable Content-Length");

    private bool Is(int index, string name) => _names[index].Equals(name, StringComparison.OrdinalIgnoreCase);

    private static UnusableAnswerException Malformed(string what) => new($"the server's answer cannot be understood: {what}");
}
