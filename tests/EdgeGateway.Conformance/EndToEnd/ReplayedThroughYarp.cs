using System.Text.Json.Nodes;

namespace EdgeGateway.Conformance.EndToEnd;

/// <summary>
/// The scenarios that a forwarder decides, with <c>edge.http1Forwarder=yarp</c>: the way back must stay passable. Its further gaps stand in
/// <c>e2e-deviations-yarp.json</c>.
/// </summary>
public sealed class ReplayedThroughYarp : ReplayedScenarios
{
    /// <summary>Scenarios of this run.</summary>
    public static readonly string[] Chosen = ["forwarding", "paths"];

    private readonly string _allowList = Path.GetTempFileName();

    /// <summary>Joins the lists: the harness takes one.</summary>
    public ReplayedThroughYarp()
    {
        var all = JsonNode.Parse(File.ReadAllText(base.AllowList))!;
        foreach (var (id, reason) in JsonNode.Parse(File.ReadAllText(base.AllowList.Replace(".json", "-yarp.json", StringComparison.Ordinal)))!["cases"]!.AsObject())
        {
            all["cases"]![id] = reason!.DeepClone();
        }

        File.WriteAllText(_allowList, all.ToJsonString());
    }

    protected override IEnumerable<string> Scenarios => Chosen;

    protected override string Flags => $"{base.Flags} --edge.http1Forwarder=yarp";

    protected override string AllowList => _allowList;

    /// <inheritdoc />
    public override Task DisposeAsync()
    {
        File.Delete(_allowList);
        return base.DisposeAsync();
    }
}
