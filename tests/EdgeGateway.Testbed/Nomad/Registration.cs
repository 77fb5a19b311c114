namespace EdgeGateway.Testbed.Nomad;

/// <summary>One registration, as Nomad stores it.</summary>
public sealed record Registration(string Id, string Service, string Job, string Address, int Port, IReadOnlyList<string> Tags)
{
    public ulong CreateIndex { get; init; }

    public ulong ModifyIndex { get; init; }
}
