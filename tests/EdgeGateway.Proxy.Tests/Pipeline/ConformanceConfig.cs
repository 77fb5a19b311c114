using System.Text.Json;
using EdgeGateway.Configuration.Sources;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Pipeline;

/// <summary>Configuration in a conformance case, read as a file's.</summary>
internal static class ConformanceConfig
{
    /// <summary>Decodes a part of a case; it must be without faults.</summary>
    public static T Decode<T>(ObjectType<T> type, JsonElement json)
        where T : class
    {
        var context = new DecodeContext(ConfigSource.File);
        var config = type.Decode(Node(json), null, context)!;
        Assert.Empty(context.Problems);
        return config;
    }

    /// <summary>The part as a tree; members that are null are not there.</summary>
    public static ConfigNode Node(JsonElement json)
    {
        var location = SourceLocation.Default;
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                var node = new ConfigObject(location);
                foreach (var property in json.EnumerateObject().Where(static property => property.Value.ValueKind != JsonValueKind.Null))
                {
                    node.Set(property.Name, Node(property.Value));
                }

                return node;
            case JsonValueKind.Array:
                return new ConfigSequence([.. json.EnumerateArray().Select(Node)], location);
            case JsonValueKind.Number:
                return new ConfigScalar(json.GetRawText(), location, ScalarKind.Integer);
            case JsonValueKind.True or JsonValueKind.False:
                return new ConfigScalar(json.GetRawText(), location, ScalarKind.Boolean);
            default:
                return new ConfigScalar(json.GetString()!, location);
        }
    }
}
