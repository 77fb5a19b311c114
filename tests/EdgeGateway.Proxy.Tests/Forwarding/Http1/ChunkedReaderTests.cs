using System.Text;
using EdgeGateway.Proxy.Forwarding;
using EdgeGateway.Proxy.Forwarding.Http1;
using FsCheck.Xunit;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Forwarding.Http1;

/// <summary>Chunk framing as it comes off the wire.</summary>
public sealed class ChunkedReaderTests
{
    private const string Whole = "3\r\nabc\r\n00A;ext=\"1\"\r\n0123456789\r\n1 \r\nz\r\n0\r\nX-T: 1\r\nX-U:  two \r\nContent-Length: 9\r\nHost: evil\r\n\r\n";

    [Fact]
    public void A_body_and_its_trailers_come_out_wherever_it_is_cut()
    {
        var bytes = Encoding.Latin1.GetBytes(Whole + "HTTP/1.1");
        for (var cut = 0; cut <= Whole.Length; cut++)
        {
            Check(bytes, [cut, bytes.Length]);
        }

        Check(bytes, [.. Enumerable.Range(0, bytes.Length + 1)]);
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("x\r\n")]
    [InlineData("-1\r\n")]
    [InlineData("+1\r\n")]
    [InlineData("0x1\r\n")]
    [InlineData(" 1\r\n")]
    [InlineData("1\n")]
    [InlineData("1\r2")]
    [InlineData("1;a\nb\r\n")]
    [InlineData("8000000000000000\r\n")]
    [InlineData("3\r\nabcd\r\n")]
    [InlineData("3\r\nabc\n")]
    [InlineData("0\r\nno colon\r\n\r\n")]
    [InlineData("0\r\n: x\r\n\r\n")]
    [InlineData("0\r\nX A: x\r\n\r\n")]
    [InlineData("0\r\nX: a\0\r\n\r\n")]
    [InlineData("0\r\nX: 1\n\r\n")]
    public void What_is_malformed_is_refused(string text) => Assert.Throws<UnusableAnswerException>(() => ReadAll(Encoding.Latin1.GetBytes(text), [text.Length]));

    [Fact]
    public void A_line_without_end_is_refused_before_it_takes_memory() =>
        Assert.Throws<UnusableAnswerException>(() => ReadAll(Encoding.Latin1.GetBytes("1;" + new string('x', 5000)), [5002]));

    [Fact]
    public void Trailers_without_end_are_refused() =>
        Assert.Throws<UnusableAnswerException>(() => ReadAll(Encoding.Latin1.GetBytes("0\r\n" + string.Concat(Enumerable.Repeat("X: 1\r\n", 12000))), [72003]));

    [Property]
    public void Any_bytes_are_read_or_refused_and_never_past_the_end(byte[] bytes)
    {
        try
        {
            ReadAll(bytes, [bytes.Length / 2, bytes.Length]);
        }
        catch (UnusableAnswerException)
        {
            // Its own exception, and no other.
        }
    }

    [Property]
    public void A_body_with_one_byte_changed_is_read_or_refused(ushort at, byte value)
    {
        var bytes = Encoding.Latin1.GetBytes(Whole);
        bytes[at % bytes.Length] = value;
        try
        {
            ReadAll(bytes, [bytes.Length]);
        }
        catch (UnusableAnswerException)
        {
        }
    }

    private static void Check(byte[] bytes, int[] ends)
    {
        var (body, reader, consumed) = ReadAll(bytes, ends);
        Assert.Equal("abc0123456789z", body);
        Assert.True(reader.IsAtEnd);
        Assert.Equal(Whole.Length, consumed);
        Assert.Equal([new("X-T", "1"), new("X-U", "two")], reader.Trailers!);
    }

    // Gives the bytes up to each of the ends, in turn, and what was left over again.
    private static (string Body, ChunkedReader Reader, int Consumed) ReadAll(byte[] bytes, int[] ends)
    {
        var reader = default(ChunkedReader);
        var body = new StringBuilder();
        var start = 0;
        foreach (var end in ends)
        {
            while (true)
            {
                var piece = reader.Read(bytes.AsSpan(start, end - start), out var consumed);
                Assert.InRange(consumed, 0, end - start);
                start += consumed;
                if (piece.IsEmpty)
                {
                    break;
                }

                body.Append(Encoding.Latin1.GetString(piece));
            }
        }

        return (body.ToString(), reader, start);
    }
}
