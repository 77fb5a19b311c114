using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary><c>inFlightReq</c>.</summary>
public sealed record InFlightReqConfig
{
    /// <summary>Concurrent requests allowed per source; above: 429.</summary>
    public long Amount { get; init; }

    /// <summary>What a source is; default the request host.</summary>
    public SourceCriterionConfig? SourceCriterion { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<InFlightReqConfig> Type { get; } = new ObjectType<InFlightReqConfig>(static () => new())
        .Field("amount", ConfigTypes.Long, static o => o.Amount, static (o, v) => o with { Amount = v })
        .Field(
            "sourceCriterion", SourceCriterionConfig.Type, static o => o.SourceCriterion, static (o, v) => o with { SourceCriterion = v });
}
