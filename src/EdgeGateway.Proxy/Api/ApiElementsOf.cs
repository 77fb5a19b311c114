using System.Text.Json;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Snapshots;
using Microsoft.AspNetCore.Http;

namespace EdgeGateway.Proxy.Api;

/// <summary>The elements of one kind, by what the report says about them.</summary>
/// <typeparam name="T">Report of one element.</typeparam>
/// <param name="path">Place below <c>/api/</c>.</param>
/// <param name="rawName">Name in rawdata.</param>
/// <param name="kind">Name in errors, such as <c>router</c>.</param>
/// <param name="all">Takes them from the report.</param>
/// <param name="list">How they are filtered and sorted.</param>
/// <param name="status">Status of one.</param>
/// <param name="write">Writes one; false: without what only lists and single objects show.</param>
internal sealed class ApiElementsOf<T>(
    string path, string rawName, string kind, Func<ConfigurationReport, ConfigMap<T>> all, ApiList<T> list,
    Func<T, ElementStatus> status, Action<Utf8JsonWriter, T, bool> write)
    : ApiElements(path, rawName)
{
    public override ValueTask ListAsync(GatewayContext context, ConfigurationReport report, ApiQuery query)
    {
        var page = list.Page(all(report).Values, query, out var next, out var error);
        return ApiPage.Async(context, page, next, error, (writer, item) => write(writer, item, true));
    }

    public override ValueTask OneAsync(GatewayContext context, ConfigurationReport report, string name) =>
        all(report).TryGetValue(name, out var found)
            ? ApiAnswer.JsonAsync(context, writer => write(writer, found, true))
            : ApiAnswer.ErrorAsync(context, StatusCodes.Status404NotFound, $"{kind} not found: {name}");

    public override IEnumerable<bool> Raw(Utf8JsonWriter writer, ConfigurationReport report)
    {
        var elements = all(report);
        if (elements.Count == 0)
        {
            yield break;
        }

        writer.WriteStartObject(RawName);
        foreach (var (name, element) in elements)
        {
            writer.WritePropertyName(name);
            write(writer, element, false);
            yield return true;
        }

        writer.WriteEndObject();
    }

    public override ApiCount Count(ConfigurationReport report)
    {
        var (warnings, errors) = (0, 0);
        var elements = all(report);
        foreach (var (_, element) in elements.AsSpan())
        {
            var its = status(element);
            warnings += its == ElementStatus.Warning ? 1 : 0;
            errors += its == ElementStatus.Disabled ? 1 : 0;
        }

        return new(elements.Count, warnings, errors);
    }
}
