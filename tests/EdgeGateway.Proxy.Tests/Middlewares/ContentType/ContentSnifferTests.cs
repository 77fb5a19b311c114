using System.Text;
using EdgeGateway.Proxy.Middlewares.ContentType;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Middlewares.ContentType;

public sealed class ContentSnifferTests
{
    [Theory]
    [InlineData("", "text/plain; charset=utf-8")]
    [InlineData("hello", "text/plain; charset=utf-8")]
    [InlineData("{\"a\":1}", "text/plain; charset=utf-8")]
    [InlineData("\u0001\u0002", "application/octet-stream")]
    [InlineData("a\u001bb", "text/plain; charset=utf-8")]
    [InlineData(" \r\n\t<html>", "text/html; charset=utf-8")]
    [InlineData("<!doctype html>", "text/html; charset=utf-8")]
    [InlineData("<!-- x", "text/html; charset=utf-8")]
    [InlineData("<p", "text/plain; charset=utf-8")]
    [InlineData("<pre>", "text/plain; charset=utf-8")]
    [InlineData(" <?xml version", "text/xml; charset=utf-8")]
    [InlineData("%PDF-1.7", "application/pdf")]
    [InlineData("%!PS-Adobe-3", "application/postscript")]
    [InlineData("\u00fe\u00ff\0a", "text/plain; charset=utf-16be")]
    [InlineData("\u00ff\u00fea\0", "text/plain; charset=utf-16le")]
    [InlineData("\u00ef\u00bb\u00bf\u0001", "text/plain; charset=utf-8")]
    [InlineData("\u0089PNG\r\n\u001a\n", "image/png")]
    [InlineData("\u00ff\u00d8\u00ff", "image/jpeg")]
    [InlineData("GIF89a", "image/gif")]
    [InlineData("RIFF\u0001\u0002\u0003\u0004WEBPVP8", "image/webp")]
    [InlineData("RIFF\u0001\u0002\u0003\u0004WAVEfmt", "audio/wave")]
    [InlineData("\0\0\0\u0014ftypisom\0\0\0\0mp41", "video/mp4")]
    [InlineData("\0\0\0\u0014ftypisom\0\0\0\0isom", "application/octet-stream")]
    [InlineData("\u001aE\u00df\u00a3", "video/webm")]
    [InlineData("wOF2", "font/woff2")]
    [InlineData("\u001f\u008b\u0008", "application/x-gzip")]
    [InlineData("PK\u0003\u0004", "application/zip")]
    [InlineData("\0asm", "application/wasm")]
    public void The_first_bytes_tell_the_type(string body, string type) =>
        Assert.Equal(type, ContentSniffer.Guess(Encoding.Latin1.GetBytes(body)));

    [Fact]
    public void Only_the_first_512_bytes_are_looked_at() => Assert.Equal(
        "text/plain; charset=utf-8", ContentSniffer.Guess([.. Enumerable.Repeat((byte)'a', 512), 0]));
}
