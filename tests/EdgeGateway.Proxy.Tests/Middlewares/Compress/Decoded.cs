using System.IO.Compression;

namespace EdgeGateway.Proxy.Tests.Middlewares.Compress;

/// <summary>Reads what was compressed.</summary>
internal static class Decoded
{
    /// <summary>All of it; fails when it does not end as it should.</summary>
    public static byte[] Read(string encoding, byte[] bytes)
    {
        using var input = new MemoryStream(bytes);
        using var output = new MemoryStream();
        using Stream decoder = encoding switch
        {
            "gzip" => new GZipStream(input, CompressionMode.Decompress),
            "br" => new BrotliStream(input, CompressionMode.Decompress),
            "zstd" => new ZstdSharp.DecompressionStream(input),
            _ => input,
        };
        decoder.CopyTo(output);
        return output.ToArray();
    }
}
