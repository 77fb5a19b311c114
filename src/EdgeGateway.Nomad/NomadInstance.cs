using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Nomad;

/// <summary>One service registration of Nomad, as <c>/v1/service/:name</c> and the event stream give it. Unchanged registrations keep their object.</summary>
/// <param name="Id">Registration ID (<c>_nomad-task-…</c>).</param>
/// <param name="ServiceName">Service name as registered.</param>
/// <param name="Namespace">Nomad namespace.</param>
/// <param name="NodeId">Node ID.</param>
/// <param name="Datacenter">Datacenter.</param>
/// <param name="JobId">Job ID.</param>
/// <param name="AllocId">Allocation ID.</param>
/// <param name="Address">Address; may be empty.</param>
/// <param name="Port">Port; 0 = none, −1 = an item without instance (allowEmptyServices).</param>
/// <param name="Tags">Raw tags.</param>
/// <param name="CreateIndex">Raft index of the registration.</param>
/// <param name="ModifyIndex">Raft index of its last change.</param>
public sealed record NomadInstance(
    string Id, string ServiceName, string Namespace, string NodeId, string Datacenter, string JobId, string AllocId,
    string Address, int Port, ConfigList<string> Tags, ulong CreateIndex, ulong ModifyIndex)
{
    /// <summary>
    /// When the gateway saw it being registered, so probably before it listens (nomad-api §0.2); null when it was listed
    /// already at the first look. A balancer may spare it for a moment.
    /// </summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>How often the gateway saw this ID removed and registered again: an allocation restart, the state of its server stays.</summary>
    public int Restarts { get; init; }

    /// <summary>True when everything that Nomad says about it is the same, whatever the index of the write.</summary>
    public bool SameContent(NomadInstance other) =>
        Id == other.Id && ServiceName == other.ServiceName && Namespace == other.Namespace && NodeId == other.NodeId
        && Datacenter == other.Datacenter && JobId == other.JobId && AllocId == other.AllocId && Address == other.Address
        && Port == other.Port && Tags.Equals(other.Tags) && CreateIndex == other.CreateIndex;
}
