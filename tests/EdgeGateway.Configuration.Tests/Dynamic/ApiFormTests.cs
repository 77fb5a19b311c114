using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using Xunit;

namespace EdgeGateway.Configuration.Tests.Dynamic;

/// <summary>What the API shows is what a file would have to say to get it.</summary>
public sealed class ApiFormTests
{
    private const int Seeds = 20;

    public static TheoryData<Type> Records => DynamicTypesTests.Records;

    [Theory]
    [MemberData(nameof(Records))]
    public void A_record_written_as_JSON_and_read_again_is_the_same_record(Type record) =>
        typeof(ApiFormTests).GetMethod(nameof(CheckRoundTrip), BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(record).Invoke(null, null);

    [Theory]
    [MemberData(nameof(Records))]
    public void The_members_present_are_the_members_written(Type record) =>
        typeof(ApiFormTests).GetMethod(nameof(CheckPresent), BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(record).Invoke(null, null);

    private static void CheckRoundTrip<T>()
        where T : class, new()
    {
        var type = Descriptor<T>();
        for (var seed = 0; seed < Seeds; seed++)
        {
            var record = new RecordFiller(new Random(seed)).Fill<T>();
            var again = Read(type, record, out var json);
            var twice = Read(type, record, out _);

            Assert.True(record.Equals(again), $"seed {seed}: {json}\nwritten: {record}\nread:    {again}");
            Assert.Equal(again, twice);
            Assert.Equal(again.GetHashCode(), twice.GetHashCode());
        }
    }

    private static void CheckPresent<T>()
        where T : class, new()
    {
        var type = Descriptor<T>();
        for (var seed = 0; seed < Seeds; seed++)
        {
            var record = new RecordFiller(new Random(seed)).Fill<T>();
            Assert.Equal(JsonNode.Parse(Write(type, record))!.AsObject().Select(static member => member.Key), type.Present(record));
        }
    }

    private static ObjectType<T> Descriptor<T>()
        where T : class => (ObjectType<T>)typeof(T).GetProperty("Type", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;

    private static T Read<T>(ObjectType<T> type, T record, out string json)
        where T : class
    {
        json = Write(type, record);
        var context = new DecodeContext(ConfigSource.File);
        var read = type.Decode(Node(JsonNode.Parse(json)!), context)!;
        Assert.Empty(context.Problems);
        return read;
    }

    private static string Write<T>(ObjectType<T> type, T record)
        where T : class
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            type.Write(writer, record);
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    private static ConfigNode Node(JsonNode node)
    {
        switch (node)
        {
            case JsonObject parent:
                var result = new ConfigObject(SourceLocation.Default);
                foreach (var (name, child) in parent)
                {
                    result.Set(name, Node(child!));
                }

                return result;
            case JsonArray list:
                return new ConfigSequence([.. list.Select(static item => Node(item!))], SourceLocation.Default);
            default:
                return new ConfigScalar(node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : node.ToJsonString(), SourceLocation.Default);
        }
    }
}
