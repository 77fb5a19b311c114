using System.Text;
using EdgeGateway.Proxy.Forwarding;
using EdgeGateway.Proxy.Forwarding.Http1;
using FsCheck.Xunit;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Forwarding.Http1;

/// <summary>What a server's head may look like.</summary>
public sealed class ResponseHeadTests
{
    private const string Whole =
        "HTTP/1.1 200 OK\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\nset-cookie: a=1\r\nSet-Cookie:b=2 \t\r\nX-E: \u00e9\r\nX-Fold: 1\r\n \t two\r\n\tthree \r\nContent-Length: 12\r\n\r\n";

    [Fact]
    public void Lines_keep_their_order_their_spelling_and_lose_outer_blanks_and_folds()
    {
        var head = Read(Whole);

        Assert.Equal(
            ["Date=Mon, 01 Jan 2024 00:00:00 GMT", "set-cookie=a=1", "Set-Cookie=b=2", "X-E=\u00e9", "X-Fold=1 two three", "Content-Length=12"],
            Enumerable.Range(0, head.Count).Select(i => $"{head.Name(i)}={head.Value(i)}"));
        Assert.Equal((200, 12L, false, false), (head.Status, head.Length, head.IsChunked, head.Closes));
    }

    [Theory]
    [InlineData("HTTP/1.1 200\r\n\r\n", 200, -1, false, false)]
    [InlineData("HTTP/1.1 200 OK\n\n", 200, -1, false, false)]
    [InlineData("HTTP/1.1   404 x\r\nContent-Length: 0\r\n\r\n", 404, 0, false, false)]
    [InlineData("HTTP/1.1 999 x\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n", 999, 2, false, false)]
    [InlineData("HTTP/1.1 200 OK\r\ntransfer-encoding: CHUNKED\r\n\r\n", 200, -1, true, false)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", 200, -1, true, true)]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: x, Close\r\n\r\n", 200, -1, false, true)]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n", 200, 1, false, true)]
    [InlineData("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\n\r\n", 200, 1, false, false)]
    [InlineData("HTTP/1.0 200 OK\r\nTransfer-Encoding: gzip\r\nContent-Length: 1\r\n\r\n", 200, 1, false, true)]
    [InlineData("HTTP/3.7 200 OK\r\nContent-Length: 1\r\n\r\n", 200, 1, false, true)]
    [InlineData("HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n", 103, -1, false, false)]
    public void Framing_is_read_as_RFC_9112_and_Go_have_it(string text, int status, long length, bool chunked, bool closes)
    {
        var head = Read(text);

        Assert.Equal((status, length, chunked, closes), (head.Status, head.Length, head.IsChunked, head.Closes));
        Assert.Equal(status is < 200 and not 101, head.IsInterim);
    }

    [Theory]
    [InlineData("garbage\r\n\r\n")]
    [InlineData("\r\n\r\n")]
    [InlineData("HTTP/1.1\r\n\r\n")]
    [InlineData("HTTP/1.1 \r\n\r\n")]
    [InlineData("HTTP/1.1 20 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 2000 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 099 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 +20 OK\r\n\r\n")]
    [InlineData("HTTP/11 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.11 200 OK\r\n\r\n")]
    [InlineData("http/1.1 200 OK\r\n\r\n")]
    [InlineData(" HTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n X: first line folded\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n: no name\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX A: 1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length : 1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX: a\r\n\u0001\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0x1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding:\r\n\r\n")]
    public void What_is_malformed_is_refused(string text) => Assert.Throws<UnusableAnswerException>(() => Read(text));

    [Fact]
    public void Too_many_lines_are_refused() => Assert.Throws<UnusableAnswerException>(
        () => Read("HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Repeat("X: 1\r\n", 1001)) + "\r\n"));

    [Fact]
    public void The_end_is_found_wherever_the_bytes_were_cut_and_nothing_behind_it_is_taken()
    {
        var bytes = Encoding.Latin1.GetBytes(Whole + "HTTP/1.1 200 OK\r\n\r\nmore");
        for (var cut = 0; cut < Whole.Length; cut++)
        {
            var scanned = 0;
            Assert.Equal(-1, ResponseHead.FindEnd(bytes.AsSpan(0, cut), ref scanned));
            Assert.Equal(Whole.Length, ResponseHead.FindEnd(bytes, ref scanned));
        }
    }

    [Fact]
    public void The_end_is_found_when_the_bytes_come_one_by_one()
    {
        foreach (var text in new[] { Whole, Whole.Replace("\r\n", "\n", StringComparison.Ordinal), "a\n\r\n", "a\r\n\n" })
        {
            var bytes = Encoding.Latin1.GetBytes(text);
            var scanned = 0;
            for (var length = 0; length < bytes.Length; length++)
            {
                Assert.Equal(-1, ResponseHead.FindEnd(bytes.AsSpan(0, length), ref scanned));
            }

            Assert.Equal(bytes.Length, ResponseHead.FindEnd(bytes, ref scanned));
        }
    }

    [Fact]
    public void A_repeated_head_keeps_its_strings()
    {
        var head = new ResponseHead();
        var bytes = Encoding.Latin1.GetBytes("HTTP/1.1 200 OK\r\nX-Own: some value\r\nContent-Length: 2\r\n\r\n");
        head.Read(bytes);
        var (name, value) = (head.Name(0), head.Value(0));

        head.Read(bytes);

        Assert.Same(name, head.Name(0));
        Assert.Same(value, head.Value(0));
    }

    [Property]
    public void Any_bytes_are_a_head_or_refused(byte[] bytes)
    {
        var scanned = 0;
        var end = ResponseHead.FindEnd(bytes, ref scanned);
        Assert.InRange(scanned, 0, bytes.Length);
        Assert.InRange(end, -1, bytes.Length);
        ReadOrRefuse(bytes);
    }

    [Property]
    public void A_head_with_one_byte_changed_is_a_head_or_refused(ushort at, byte value)
    {
        var bytes = Encoding.Latin1.GetBytes(Whole);
        bytes[at % bytes.Length] = value;
        ReadOrRefuse(bytes);
    }

    [Fact]
    public void A_head_cut_anywhere_is_refused()
    {
        for (var length = 0; length < Whole.Length - 2; length++)
        {
            Assert.Throws<UnusableAnswerException>(() => new ResponseHead().Read(Encoding.Latin1.GetBytes(Whole[..length])));
        }
    }

    private static void ReadOrRefuse(byte[] bytes)
    {
        try
        {
            new ResponseHead().Read(bytes);
        }
        catch (UnusableAnswerException)
        {
            // Its own exception, and no other.
        }
    }

    private static ResponseHead Read(string text)
    {
        var head = new ResponseHead();
        head.Read(Encoding.Latin1.GetBytes(text));
        return head;
    }
}
