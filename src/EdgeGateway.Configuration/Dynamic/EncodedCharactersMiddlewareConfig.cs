using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary><c>encodedCharacters</c>: a character that is not allowed and present in the path is answered 400.</summary>
public sealed record EncodedCharactersMiddlewareConfig
{
    /// <summary><c>%2F</c>.</summary>
    public bool AllowEncodedSlash { get; init; }

    /// <summary><c>%5C</c>.</summary>
    public bool AllowEncodedBackSlash { get; init; }

    /// <summary><c>%00</c>.</summary>
    public bool AllowEncodedNullCharacter { get; init; }

    /// <summary><c>%3B</c>.</summary>
    public bool AllowEncodedSemicolon { get; init; }

    /// <summary><c>%25</c>.</summary>
    public bool AllowEncodedPercent { get; init; }

    /// <summary><c>%3F</c>.</summary>
    public bool AllowEncodedQuestionMark { get; init; }

    /// <summary><c>%23</c>.</summary>
    public bool AllowEncodedHash { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<EncodedCharactersMiddlewareConfig> Type { get; } = new ObjectType<EncodedCharactersMiddlewareConfig>(static () => new())
        .Field("allowEncodedSlash", ConfigTypes.Bool, static o => o.AllowEncodedSlash, static (o, v) => o with { AllowEncodedSlash = v })
        .Field(
            "allowEncodedBackSlash", ConfigTypes.Bool, static o => o.AllowEncodedBackSlash,
            static (o, v) => o with { AllowEncodedBackSlash = v })
        .Field(
            "allowEncodedNullCharacter", ConfigTypes.Bool, static o => o.AllowEncodedNullCharacter,
            static (o, v) => o with { AllowEncodedNullCharacter = v })
        .Field(
            "allowEncodedSemicolon", ConfigTypes.Bool, static o => o.AllowEncodedSemicolon,
            static (o, v) => o with { AllowEncodedSemicolon = v })
        .Field(
            "allowEncodedPercent", ConfigTypes.Bool, static o => o.AllowEncodedPercent,
            static (o, v) => o with { AllowEncodedPercent = v })
        .Field(
            "allowEncodedQuestionMark", ConfigTypes.Bool, static o => o.AllowEncodedQuestionMark,
            static (o, v) => o with { AllowEncodedQuestionMark = v })
        .Field("allowEncodedHash", ConfigTypes.Bool, static o => o.AllowEncodedHash, static (o, v) => o with { AllowEncodedHash = v });
}
