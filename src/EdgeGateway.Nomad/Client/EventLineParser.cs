using System.Buffers;
using System.Text.Json;

namespace EdgeGateway.Nomad.Client;

/// <summary>
/// Reads lines of the event stream (nomad-api §8.4). On topic Service everything that is not a
/// <c>ServiceRegistration</c> is a removal: the type names the raft message that caused it.
/// </summary>
internal static class EventLineParser
{
    /// <summary>
    /// Adds what one line says to the batch. <paramref name="line"/> is without its line feed.
    /// </summary>
    /// <exception cref="NomadException">Malformed: not JSON, as the text that Nomad up to 1.11.1 appends when a stream fails.</exception>
    public static void Parse(in ReadOnlySequence<byte> line, EventBatch batch)
    {
        EventLineJson? json;
        try
        {
            var reader = new Utf8JsonReader(line);
            json = JsonSerializer.Deserialize(ref reader, NomadJson.Default.EventLineJson);
        }
        catch (JsonException error)
        {
            throw new NomadException(NomadFault.Malformed, $"event stream: a line of {line.Length} bytes is not JSON", error);
        }

        if (json is null || (json.Index == 0 && json.Events is not { Count: > 0 }))
        {
            return;
        }

        batch.Index = Math.Max(batch.Index, json.Index);
        batch.Vague |= json.Events is not { Count: > 0 };
        foreach (var told in json.Events ?? [])
        {
            if (told is null || told.Topic != "Service")
            {
                continue;
            }

            var index = Math.Max(told.Index, json.Index);
            if (told.Payload?.Service is { } service && NomadClient.ToInstance(service) is { } instance)
            {
                batch.Index = Math.Max(batch.Index, index);
                batch.Events.Add(new ServiceEvent(index, told.Type != "ServiceRegistration", instance));
            }
            else
            {
                batch.Vague = true;
            }
        }
    }
}
