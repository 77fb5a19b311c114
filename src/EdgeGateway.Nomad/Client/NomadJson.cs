using System.Text.Json.Serialization;

namespace EdgeGateway.Nomad.Client;

/// <summary>One entry of <c>/v1/services</c>: a namespace (nomad-api §4.1).</summary>
internal sealed record ServiceListJson(string? Namespace, List<ServiceNameJson>? Services);

/// <summary>One name with the union of the tags of its instances, in no fixed order.</summary>
internal sealed record ServiceNameJson(string? ServiceName, List<string>? Tags);

/// <summary>One registration (nomad-api §4.2); nil lists are null or missing.</summary>
internal sealed record RegistrationJson(
    string? ID, string? ServiceName, string? Namespace, string? NodeID, string? Datacenter, string? JobID, string? AllocID,
    List<string>? Tags, string? Address, int Port, ulong CreateIndex, ulong ModifyIndex);

/// <summary>One line of the event stream (nomad-api §8.4); <c>{}</c> is a heartbeat.</summary>
internal sealed record EventLineJson(ulong Index, List<EventJson?>? Events);

/// <summary>One event of a line.</summary>
internal sealed record EventJson(string? Topic, string? Type, string? Namespace, ulong Index, EventPayloadJson? Payload);

/// <summary>What an event of topic Service carries; other topics leave it null.</summary>
internal sealed record EventPayloadJson(RegistrationJson? Service);

/// <summary>One entry of <c>/v1/namespaces</c>.</summary>
internal sealed record NamespaceJson(string? Name);

/// <summary>One entry of <c>/v1/jobs</c>, as far as it tells which jobs must be read anew.</summary>
internal sealed record JobStubJson(string? ID, bool Stop, ulong JobModifyIndex);

/// <summary>A job, as far as it declares services (nomad-api §4.5).</summary>
internal sealed record JobJson(string? ID, string? Name, string? Namespace, List<TaskGroupJson?>? TaskGroups);

/// <summary>A task group.</summary>
internal sealed record TaskGroupJson(string? Name, int? Count, ScalingJson? Scaling, List<ServiceBlockJson?>? Services, List<TaskJson?>? Tasks);

/// <summary>The <c>scaling</c> block of a group.</summary>
internal sealed record ScalingJson(bool? Enabled);

/// <summary>A task.</summary>
internal sealed record TaskJson(string? Name, List<ServiceBlockJson?>? Services);

/// <summary>A <c>service</c> block.</summary>
internal sealed record ServiceBlockJson(string? Name, string? Provider, string? TaskName, List<string>? Tags);

/// <summary>Source-generated readers: no reflection in the trimmed release.</summary>
[JsonSerializable(typeof(List<ServiceListJson>))]
[JsonSerializable(typeof(List<RegistrationJson>))]
[JsonSerializable(typeof(EventLineJson))]
[JsonSerializable(typeof(List<NamespaceJson>))]
[JsonSerializable(typeof(List<JobStubJson>))]
[JsonSerializable(typeof(JobJson))]
internal sealed partial class NomadJson : JsonSerializerContext;
