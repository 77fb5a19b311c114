using System.Text.Json;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Observability.AccessLog;

namespace EdgeGateway.Conformance;

/// <summary>The lines of the access log, as Traefik's own tests expect them; every case runs.</summary>
public sealed class StaticAccessLogTests
{
    // The recorded cases were formatted in the zone Etc/GMT+9.
    private static readonly TimeSpan RecordedZone = TimeSpan.FromHours(-9);

    public static TheoryData<string, string, string> Cases()
    {
        var data = new TheoryData<string, string, string>();
        using var corpus = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Corpus, "conformance", "accessLog.json")));
        foreach (var suite in corpus.RootElement.GetProperty("suites").EnumerateArray())
        {
            foreach (var item in suite.GetProperty("cases").EnumerateArray())
            {
                data.Add(suite.GetProperty("name").GetString()!, item.GetProperty("name").GetString()!, item.GetRawText());
            }
        }

        Assert.Equal(corpus.RootElement.GetProperty("caseCount").GetInt32(), data.Count);
        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Is_written_as_recorded(string suite, string name, string json)
    {
        Assert.NotEmpty(name);
        using var item = JsonDocument.Parse(json);
        var data = item.RootElement.GetProperty("data");
        string Text(string field) => data.GetProperty(field).GetString() ?? "";
        long? Number(string field) => data.GetProperty(field) is { ValueKind: JsonValueKind.Number } value ? value.GetInt64() : null;
        var start = data.TryGetProperty("StartLocal", out var local)
            ? local.GetDateTimeOffset().ToOffset(RecordedZone)
            : data.GetProperty("StartUTC").GetDateTimeOffset();
        Assert.True(GoDuration.TryParse(Text("Duration"), out var duration));
        // A "-" in the corpus stands for a missing value, as the empty text does.
        string Header(string field) => Text(field) is "-" ? "" : Text(field);
        var line = CommonFormat.Format(
            new(
                Text("ClientHost"), Text("ClientUsername"), start, Text("RequestMethod"), Text("RequestPath"), Text("RequestProtocol"),
                (int?)Number("DownstreamStatus"), Number("DownstreamContentSize"), Header("request_Referer"), Header("request_User-Agent"),
                Number("RequestCount"), Text("RouterName"), Text("ServiceURL"), duration),
            generic: suite == "genericCLF");
        Assert.Equal(item.RootElement.GetProperty("expect").GetProperty("line").GetString(), line + "\n");
    }
}
