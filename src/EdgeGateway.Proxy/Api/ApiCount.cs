using System.Text.Json;

namespace EdgeGateway.Proxy.Api;

/// <summary>Numbers of one kind of element in the overview.</summary>
/// <param name="Total">All.</param>
/// <param name="Warnings">Those in use with a complaint.</param>
/// <param name="Errors">Those not in use (certificates: expired).</param>
internal readonly record struct ApiCount(int Total, int Warnings, int Errors)
{
    /// <summary>Writes them as a member.</summary>
    public void Write(Utf8JsonWriter writer, string name)
    {
        writer.WriteStartObject(name);
        writer.WriteNumber("total", Total);
        writer.WriteNumber("warnings", Warnings);
        writer.WriteNumber("errors", Errors);
        writer.WriteEndObject();
    }
}
