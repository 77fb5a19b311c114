namespace EdgeGateway.Configuration.Sources;

/// <summary>State of one decoding: source rules, the current path, and what was found wrong.</summary>
/// <param name="source">Kind of source.</param>
public sealed class DecodeContext(ConfigSource source)
{
    private readonly List<string> _path = [];
    private readonly List<ConfigurationProblem> _problems = [];
    private readonly List<string> _dropped = [];
    private int _ignoring;

    /// <summary>Kind of source.</summary>
    public ConfigSource Source { get; } = source;

    /// <summary>Everything found wrong, in the order of the tree.</summary>
    public IReadOnlyList<ConfigurationProblem> Problems => _problems;

    /// <summary>Number of problems that are errors.</summary>
    public int ErrorCount { get; private set; }

    /// <summary>Paths of the elements (<c>http.routers.r</c>) that were left out because of an error inside them.</summary>
    public IReadOnlyList<string> Dropped => _dropped;

    /// <summary>Dotted path of the node being decoded.</summary>
    public string Path => string.Join('.', _path);

    /// <summary>True below a field that this source cannot set: names are checked, values are not.</summary>
    internal bool IsIgnoring => _ignoring > 0;

    /// <summary>Reports an error: the element that holds the node is not used.</summary>
    /// <param name="code">Last part of the code, such as <c>FIELD</c>.</param>
    /// <param name="location">Where it was written.</param>
    /// <param name="message">One line.</param>
    public void Error(string code, SourceLocation location, string message)
    {
        ErrorCount++;
        _problems.Add(new(CodeOf(code), ProblemSeverity.Error, location, message));
    }

    /// <summary>Reports something that costs nothing but is probably not meant.</summary>
    public void Warning(string code, SourceLocation location, string message) =>
        _problems.Add(new(CodeOf(code), ProblemSeverity.Warning, location, message));

    internal void Enter(string name) => _path.Add(name);

    internal void Leave() => _path.RemoveAt(_path.Count - 1);

    internal void BeginIgnoring() => _ignoring++;

    internal void EndIgnoring() => _ignoring--;

    internal void Drop() => _dropped.Add(Path);

    private string CodeOf(string code) => Source == ConfigSource.Tags ? $"EG-TAG-{code}" : $"EG-CONFIG-{code}";
}
