using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary><c>http2</c> of an entry point (static-config §2).</summary>
public sealed record EntryPointHttp2Config
{
    /// <summary>Requests at once per connection. Default 250.</summary>
    public int MaxConcurrentStreams { get; init; } = 250;

    /// <summary>Bytes of the table for headers that clients send. Default 4096.</summary>
    public int MaxDecoderHeaderTableSize { get; init; } = 4096;

    /// <summary>Bytes of the table for headers of answers; the engine takes one size for both. Default 4096.</summary>
    public int MaxEncoderHeaderTableSize { get; init; } = 4096;

    /// <summary>How it is read and written.</summary>
    public static ObjectType<EntryPointHttp2Config> Type { get; } = new ObjectType<EntryPointHttp2Config>(static () => new())
        .Field("maxConcurrentStreams", ConfigTypes.Int, static o => o.MaxConcurrentStreams, static (o, v) => o with { MaxConcurrentStreams = v }, description: "Requests at once per connection. Default 250.")
        .Field("maxDecoderHeaderTableSize", ConfigTypes.Int, static o => o.MaxDecoderHeaderTableSize, static (o, v) => o with { MaxDecoderHeaderTableSize = v }, description: "Bytes of the table for headers that clients send. Default 4096.")
        .Field("maxEncoderHeaderTableSize", ConfigTypes.Int, static o => o.MaxEncoderHeaderTableSize, static (o, v) => o with { MaxEncoderHeaderTableSize = v }, description: "Bytes of the table for headers of answers. Default 4096.");
}
