using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary><c>grpcWeb</c>.</summary>
public sealed record GrpcWebConfig
{
    /// <summary><c>*</c> or exact origins.</summary>
    public ConfigList<string> AllowOrigins { get; init; } = ConfigList<string>.Empty;

    /// <summary>How it is read and written.</summary>
    public static ObjectType<GrpcWebConfig> Type { get; } = new ObjectType<GrpcWebConfig>(static () => new())
        .Field("allowOrigins", ConfigTypes.CommaList, static o => o.AllowOrigins, static (o, v) => o with { AllowOrigins = v });
}
