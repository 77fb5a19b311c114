using System.IO.Pipelines;
using System.Text;
using EdgeGateway.Proxy.Middlewares.GrpcWeb;
using FsCheck.Xunit;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Middlewares.GrpcWeb;

public sealed class Base64ReaderTests
{
    [Property]
    public async Task Messages_that_were_encoded_one_by_one_come_out_whatever_the_pieces(byte[][] messages, byte size, bool withLineEnds)
    {
        var text = string.Concat(messages.Select(static m => Convert.ToBase64String(m)));
        if (withLineEnds)
        {
            text = string.Join("\r\n", text.Chunk(7).Select(static c => new string(c)));
        }

        Assert.Equal(messages.SelectMany(static m => m), await ReadAsync(text.Chunk(1 + (size % 13)).Select(static c => new string(c))));
    }

    [Theory]
    [InlineData("AAA")]
    [InlineData("A")]
    [InlineData("AA*A")]
    [InlineData("====")]
    [InlineData("AAAAé===")]
    public async Task What_is_no_base64_is_the_clients_fault(string text)
    {
        var fault = await Assert.ThrowsAsync<BadHttpRequestException>(() => ReadAsync([text]));
        Assert.Equal(400, fault.StatusCode);
    }

    [Property]
    public async Task No_text_does_harm(string? text) =>
        Assert.True(await Record.ExceptionAsync(() => ReadAsync([text ?? ""])) is null or BadHttpRequestException);

    [Fact]
    public async Task A_large_body_is_decoded_piece_by_piece()
    {
        var bytes = new byte[1_000_000];
        new Random(1).NextBytes(bytes);
        Assert.Equal(bytes, await ReadAsync([Convert.ToBase64String(bytes)]));
    }

    [Fact]
    public async Task Each_piece_comes_as_soon_as_it_is_there_and_a_cancelled_read_says_so()
    {
        var pipe = new Pipe();
        using var reader = new Base64Reader(pipe.Reader);
        await pipe.Writer.WriteAsync("AQI="u8.ToArray());

        var first = await reader.ReadAsync();
        Assert.Equal([1, 2], first.Buffer.FirstSpan.ToArray());
        Assert.False(first.IsCompleted);
        reader.AdvanceTo(first.Buffer.End);
        var waiting = reader.ReadAsync();
        Assert.False(waiting.IsCompleted);
        reader.CancelPendingRead();
        var cancelled = await waiting;
        Assert.True(cancelled.IsCanceled);
        reader.AdvanceTo(cancelled.Buffer.Start);
        await pipe.Writer.WriteAsync("Aw=="u8.ToArray());
        await pipe.Writer.CompleteAsync();

        var second = await reader.ReadAsync();
        Assert.Equal([3], second.Buffer.FirstSpan.ToArray());
        reader.AdvanceTo(second.Buffer.End);
        Assert.True((await reader.ReadAsync()).IsCompleted);
    }

    private static async Task<byte[]> ReadAsync(IEnumerable<string> pieces)
    {
        var pipe = new Pipe(new(pauseWriterThreshold: 0));
        foreach (var piece in pieces)
        {
            await pipe.Writer.WriteAsync(Encoding.Latin1.GetBytes(piece));
        }

        await pipe.Writer.CompleteAsync();
        using var reader = new Base64Reader(pipe.Reader);
        using var read = new MemoryStream();
        await reader.CopyToAsync(read);
        return read.ToArray();
    }
}
