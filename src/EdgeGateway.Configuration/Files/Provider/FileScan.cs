using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Files.Provider;

/// <summary>All files at one moment.</summary>
/// <param name="Files">In byte order of their names.</param>
/// <param name="Folders">Folders outside of the watched one that hold the targets of links.</param>
/// <param name="Problem">Why the folder, or the one file, is not there; then there are no files, and the last good ones stay.</param>
/// <param name="Warnings">What was passed over.</param>
internal sealed record FileScan(
    IReadOnlyList<ScannedFile> Files, IReadOnlyCollection<string> Folders, ConfigurationProblem? Problem, IReadOnlyList<ConfigurationProblem> Warnings)
{
    public static readonly FileScan Nothing = new([], [], null, []);

    public ScannedFile? Find(string name) => Files.FirstOrDefault(file => file.Name == name);

    /// <summary>True when both saw the same files with the same contents.</summary>
    public bool SameAs(FileScan other) =>
        Problem is not null || other.Problem is not null
            ? Problem == other.Problem
            : Warnings.SequenceEqual(other.Warnings)
            && Files.Count == other.Files.Count
            && Files.Zip(other.Files).All(static pair => pair.First.Name == pair.Second.Name && ReferenceEquals(pair.First.Content, pair.Second.Content));
}
