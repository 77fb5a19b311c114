namespace EdgeGateway.Testbed.Nomad;

/// <summary>One registration, as Nomad stores it.</summary>
public sealed record Registration(string Id, string Service, string Job, string Address, int Port, IReadOnlyList<string> Tags)
{
    public ulong CreateIndex { get; init; }

    public ulong ModifyIndex { get; init; }

    public string Namespace { get; init; } = "default";

    /// <summary>The allocation in the ID of Nomad's form, else the ID itself.</summary>
    public string AllocId => Id.StartsWith("_nomad-task-", StringComparison.Ordinal) && Id.Length >= 48 ? Id[12..48] : Id;
}
