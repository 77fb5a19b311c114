namespace EdgeGateway.Configuration.Templates;

/// <summary>How far a template may go: what exceeds it comes from a loop gone wrong.</summary>
/// <param name="MaxOutput">Characters written.</param>
/// <param name="MaxSteps">Nodes, loop rounds and calls.</param>
internal sealed record TemplateLimits(int MaxOutput, int MaxSteps)
{
    /// <summary>For rules, which are a line.</summary>
    public static readonly TemplateLimits Rule = new(1 << 20, 1_000_000);
}
