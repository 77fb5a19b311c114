namespace EdgeGateway.Configuration.Sources;

/// <summary>A fault in what the user wrote that the user can cure (design decision 20).</summary>
/// <param name="Code">Stable code such as <c>EG-TAG-FIELD</c>; listed in <c>docs/messages.md</c>.</param>
/// <param name="Severity">How much was lost by it.</param>
/// <param name="Location">Where it was written.</param>
/// <param name="Message">One line: what is wrong, and a did-you-mean or the cure.</param>
public sealed record ConfigurationProblem(string Code, ProblemSeverity Severity, SourceLocation Location, string Message)
{
    /// <inheritdoc />
    public override string ToString() => $"{Message} [{Code}] ({Location})";
}

/// <summary>How much a problem costs.</summary>
public enum ProblemSeverity
{
    /// <summary>Nothing is lost; something is probably not what the user meant.</summary>
    Warning,

    /// <summary>The named element is not used.</summary>
    Error,
}

/// <summary>Thrown while a source is read or bound; carries the problem.</summary>
public sealed class ConfigurationException(ConfigurationProblem problem) : Exception(problem.Message)
{
    /// <summary>What is wrong and where.</summary>
    public ConfigurationProblem Problem { get; } = problem;
}
