using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary>
/// <c>grpcWeb</c>: pages in browsers talk gRPC-Web (<c>application/grpc-web</c>, <c>-text</c>), the servers see gRPC; their scheme is mostly
/// <c>h2c</c> or <c>https</c>.
/// </summary>
public sealed record GrpcWebConfig
{
    /// <summary>Origins of pages that may call: <c>*</c> for all, else exact, with scheme and port. Empty = none.</summary>
    public ConfigList<string> AllowOrigins { get; init; } = ConfigList<string>.Empty;

    /// <summary>How it is read and written.</summary>
    public static ObjectType<GrpcWebConfig> Type { get; } = new ObjectType<GrpcWebConfig>(static () => new())
        .Field("allowOrigins", ConfigTypes.CommaList, static o => o.AllowOrigins, static (o, v) => o with { AllowOrigins = v });
}
