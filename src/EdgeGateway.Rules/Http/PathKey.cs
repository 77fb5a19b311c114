namespace EdgeGateway.Rules.Http;

/// <summary>A routing path that a rule needs.</summary>
/// <param name="Path">Text that the routing path begins with, compared ordinally.</param>
/// <param name="IsPrefix">False: the routing path is exactly this.</param>
public readonly record struct PathKey(string Path, bool IsPrefix)
{
    /// <summary>Whether a routing path fits.</summary>
    public bool Holds(ReadOnlySpan<char> routingPath) => IsPrefix ? routingPath.StartsWith(Path) : routingPath.SequenceEqual(Path);
}
