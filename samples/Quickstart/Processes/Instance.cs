namespace EdgeGateway.Quickstart.Processes;

/// <summary>One instance as Nomad lists it, and its process once that runs.</summary>
internal sealed record Instance(string Id, string Name, int Port)
{
    public Child? Process { get; set; }
}
