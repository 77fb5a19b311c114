using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Files.Provider;

/// <summary>What a file held when it was read. The same object at a later scan means: unchanged.</summary>
/// <param name="text">The text; null when it could not be read.</param>
/// <param name="problem">Why not.</param>
internal sealed class FileContent(string? text, ConfigurationProblem? problem)
{
    public string? Text { get; } = text;

    public ConfigurationProblem? Problem { get; } = problem;

    /// <summary>What the text says; made at the first look, since a half-written text is looked at too.</summary>
    public DecodedFile? Decoded { get; set; }

    public bool IsBlank => string.IsNullOrWhiteSpace(Text);

    public bool Equals(FileContent other) => Text == other.Text && Problem == other.Problem;
}
