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
    string Address, int Port, ConfigList<string> Tags, ulong CreateIndex, ulong ModifyIndex);
