using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Nomad.Mapping;

/// <summary>Collects what is wrong with one instance.</summary>
internal sealed class FragmentProblems(IEnumerable<ConfigurationProblem> found)
{
    private readonly List<ConfigurationProblem> _problems = [.. found];

    internal IReadOnlyList<ConfigurationProblem> All => _problems;

    internal void Error(string code, string place, string message) =>
        _problems.Add(new(code, ProblemSeverity.Error, new(place), message));

    internal void Warning(string code, string place, string message) =>
        _problems.Add(new(code, ProblemSeverity.Warning, new(place), message));
}
