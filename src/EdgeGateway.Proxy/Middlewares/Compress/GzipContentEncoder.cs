using System.Buffers;
using System.IO.Compression;

namespace EdgeGateway.Proxy.Middlewares.Compress;

/// <summary><c>gzip</c> by the runtime's zlib, which offers no way to use a compressor again: each body has its own.</summary>
internal sealed class GzipContentEncoder : ContentEncoder
{
    // Traefik's, and zlib's own default.
    private static readonly ZLibCompressionOptions Options = new() { CompressionLevel = 6 };

    private readonly Outlet _outlet = new();
    private readonly GZipStream _stream;

    public GzipContentEncoder() => _stream = new(_outlet, Options, leaveOpen: true);

    public override void Encode(ReadOnlySpan<byte> input, IBufferWriter<byte> output, bool isLast)
    {
        _outlet.Output = output;
        _stream.Write(input);
        if (isLast)
        {
            _stream.Dispose();
        }
        else
        {
            _stream.Flush();
        }

        _outlet.Output = null;
    }

    // A body that broke off: what the stream would still write goes nowhere.
    public override void Dispose() => _stream.Dispose();

    private sealed class Outlet : Stream
    {
        public IBufferWriter<byte>? Output { get; set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(ReadOnlySpan<byte> buffer) => Output?.Write(buffer);

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
