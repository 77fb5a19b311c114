using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Static;

/// <summary><c>accessLog</c> (static-config §2).</summary>
public sealed record AccessLogConfig
{
    /// <summary>File to append to; empty = standard output.</summary>
    public string? FilePath { get; init; }

    /// <summary>common, genericCLF or json. Default common.</summary>
    public string? Format { get; init; } = "common";

    /// <summary>Accepted; lines always go through one bounded queue.</summary>
    public long BufferingSize { get; init; }

    /// <summary>Whether requests to routers of the gateway itself (<c>…@internal</c>) are logged. Default false.</summary>
    public bool AddInternals { get; init; }

    /// <summary>Which requests are logged; null = all.</summary>
    public AccessLogFiltersConfig? Filters { get; init; }

    /// <summary>What is kept of them; null = the defaults.</summary>
    public AccessLogFieldsConfig? Fields { get; init; }

    /// <summary>Connections of TCP routers and UDP sessions; null = not logged. Ours (docs/access-log-l4.md).</summary>
    public Layer4AccessLogConfig? L4 { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<AccessLogConfig> Type { get; } = new ObjectType<AccessLogConfig>(static () => new())
        .Field("filePath", ConfigTypes.String, static o => o.FilePath, static (o, v) => o with { FilePath = v }, description: "File to append to; empty = standard output.")
        .Field("format", ConfigTypes.String, static o => o.Format, static (o, v) => o with { Format = v }, description: "common, genericCLF or json. Default common.")
        .Field("bufferingSize", ConfigTypes.Long, static o => o.BufferingSize, static (o, v) => o with { BufferingSize = v }, description: "Accepted; lines always go through one bounded queue.")
        .Field("addInternals", ConfigTypes.Bool, static o => o.AddInternals, static (o, v) => o with { AddInternals = v }, description: "Requests to routers of the gateway itself are logged. Default false.")
        .Field("filters", AccessLogFiltersConfig.Type, static o => o.Filters, static (o, v) => o with { Filters = v })
        .Field("fields", AccessLogFieldsConfig.Type, static o => o.Fields, static (o, v) => o with { Fields = v })
        .Field("l4", Layer4AccessLogConfig.Type, static o => o.L4, static (o, v) => o with { L4 = v }, FieldOptions.AllowEmpty);
}
