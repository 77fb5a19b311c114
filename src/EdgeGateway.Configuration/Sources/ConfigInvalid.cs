namespace EdgeGateway.Configuration.Sources;

/// <summary>
/// Stands in the tree where a key could not be read (<c>a..b</c>, <c>r].rule</c>), so that the fault is charged to the
/// element in which it was written and to nothing else (design decision 15).
/// </summary>
public sealed class ConfigInvalid(string message, SourceLocation location) : ConfigNode(location)
{
    /// <summary>What is wrong with the key.</summary>
    public string Message { get; } = message;
}
