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

/// <summary>Source-generated readers: no reflection in the trimmed release.</summary>
[JsonSerializable(typeof(List<ServiceListJson>))]
[JsonSerializable(typeof(List<RegistrationJson>))]
[JsonSerializable(typeof(EventLineJson))]
internal sealed partial class NomadJson : JsonSerializerContext;
