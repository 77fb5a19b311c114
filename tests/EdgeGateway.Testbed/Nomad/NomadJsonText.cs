using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EdgeGateway.Testbed.Nomad;

/// <summary>Nomad's JSON: keys sorted by name, and no service without a list of tags (recording a-lists).</summary>
internal static class NomadJsonText
{
    public static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const string Node = "32ff7d24-26ed-c505-c5ad-42cce95520a8";

    public static JsonObject Registration(Registration registration) => new()
    {
        ["Address"] = registration.Address,
        ["AllocID"] = registration.AllocId,
        ["CreateIndex"] = registration.CreateIndex,
        ["Datacenter"] = "dc1",
        ["ID"] = registration.Id,
        ["JobID"] = registration.Job,
        ["ModifyIndex"] = registration.ModifyIndex,
        ["Namespace"] = registration.Namespace,
        ["NodeID"] = Node,
        ["Port"] = registration.Port,
        ["ServiceName"] = registration.Service,
        ["Tags"] = Texts(registration.Tags),
    };

    /// <summary>One line of the stream: one write.</summary>
    public static string Line(string type, ulong index, IEnumerable<Registration> what) => new JsonObject
    {
        ["Events"] = new JsonArray([.. what.Select(r => (JsonNode)Event(type, index, r))]),
        ["Index"] = index,
    }.ToJsonString(Options);

    private static JsonObject Event(string type, ulong index, Registration registration) => new()
    {
        ["FilterKeys"] = new JsonArray(registration.Job, registration.Service),
        ["Index"] = index,
        ["Key"] = registration.Id,
        ["Namespace"] = registration.Namespace,
        ["Payload"] = new JsonObject { ["Service"] = Registration(registration) },
        ["Topic"] = "Service",
        ["Type"] = type,
    };

    public static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(static t => (JsonNode)JsonValue.Create(t))]);
}
