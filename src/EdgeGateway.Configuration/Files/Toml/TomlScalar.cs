namespace EdgeGateway.Configuration.Files.Toml;

/// <summary>A leaf.</summary>
/// <param name="kind">The TOML type.</param>
/// <param name="text">
/// Strings: the content after escapes. Integers: decimal, whatever base they were written in. Floats: as written without
/// <c>_</c> and <c>+</c>. Booleans: <c>true</c> or <c>false</c>. Dates and times: as written.
/// </param>
/// <param name="position">Where it begins.</param>
internal sealed class TomlScalar(TomlScalarKind kind, string text, TomlPosition position) : TomlValue(position)
{
    public TomlScalarKind Kind { get; } = kind;

    public string Text { get; } = text;
}

/// <summary>The scalar types of TOML 1.0.</summary>
internal enum TomlScalarKind
{
    String,
    Integer,
    Float,
    Boolean,
    OffsetDateTime,
    LocalDateTime,
    LocalDate,
    LocalTime,
}
