using EdgeGateway.Configuration.Static;
using EdgeGateway.Proxy.Observability;
using EdgeGateway.Proxy.Observability.AccessLog;
using EdgeGateway.Proxy.Observability.Layer4Log;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Hosting;

/// <summary>The two access logs, of requests and of connections, with their files. One that cannot be opened is off, with a warning, as in Traefik.</summary>
internal sealed partial class AccessLogs
{
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(10);

    private readonly BoundedLineWriter? _requestLines;
    private readonly BoundedLineWriter? _connectionLines;
    private readonly HashSet<string> _silent;

    public AccessLogs(StaticConfiguration configuration, ILogger<AccessLogs> logger, TimeProvider time)
    {
        _silent = configuration.EntryPoints.Where(static e => e.Value.Observability?.AccessLogs == false).Select(static e => e.Key).ToHashSet(StringComparer.Ordinal);
        if (configuration.AccessLog is not { } config)
        {
            return;
        }

        if (Open(config.FilePath, "access log", logger) is { } lines)
        {
            _requestLines = lines;
            Requests = new AccessLogger(lines, time, Options(config, logger));
        }

        if (config.L4 is not { } layer4)
        {
            return;
        }

        if (!Layer4LogFormat.TryParse(layer4.Format, out var format, out var error))
        {
            throw new InvalidDataException($"accessLog.l4.format: {error}"); // checked when the options were read
        }

        // One file has one writer.
        var shared = (layer4.FilePath ?? "") == (config.FilePath ?? "");
        _connectionLines = shared ? null : Open(layer4.FilePath, "L4 access log", logger);
        if ((shared ? _requestLines : _connectionLines) is { } used)
        {
            Connections = new Layer4AccessLog(used, format, time);
        }
    }

    /// <summary>The log of requests; null = off.</summary>
    public AccessLogger? Requests { get; }

    /// <summary>The log of TCP connections and UDP sessions; null = off.</summary>
    public Layer4AccessLog? Connections { get; }

    /// <summary>Lines that were lost of the first, and of the second where it has a file of its own.</summary>
    public (long Requests, long Connections) Dropped => (_requestLines?.Dropped ?? 0, _connectionLines?.Dropped ?? 0);

    /// <summary>The log of connections for an entry point that does not switch it off.</summary>
    public Layer4AccessLog? ConnectionsOf(string entryPoint) => _silent.Contains(entryPoint) ? null : Connections;

    /// <summary>Opens the files anew, for whoever has moved them.</summary>
    public void Reopen()
    {
        _requestLines?.Reopen();
        _connectionLines?.Reopen();
    }

    /// <summary>Writes what is queued and closes the files.</summary>
    public void Close()
    {
        _requestLines?.Close(CloseLimit);
        _connectionLines?.Close(CloseLimit);
    }

    private AccessLogOptions Options(AccessLogConfig config, ILogger logger)
    {
        var fields = config.Fields is { } chosen ? new AccessLogFields(chosen) : AccessLogFields.Default;
        foreach (var name in fields.UnknownNames)
        {
            LogOption(logger, $"accessLog.fields.names.{name}: there is no such field");
        }

        string? error = null;
        var filter = config.Filters is { } filters ? AccessLogFilter.Create(filters, out error) : null;
        if (error is not null)
        {
            LogOption(logger, $"accessLog.filters.statusCodes: {error}; this filter keeps nothing");
        }

        return new()
        {
            Format = config.Format switch
            {
                "json" => AccessLogFormat.Json,
                "genericCLF" => AccessLogFormat.GenericClf,
                _ => AccessLogFormat.Common,
            },
            Fields = fields,
            Filter = filter,
            AddInternals = config.AddInternals,
            Silent = _silent,
        };
    }

    private static BoundedLineWriter? Open(string? path, string name, ILogger logger)
    {
        try
        {
            return BoundedLineWriter.Open(path, name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotOpened(logger, path ?? "", e.Message);
            return null;
        }
    }

    [LoggerMessage(EventId = 8, Level = LogLevel.Warning, Message = "{Problem} [EG-ACCESSLOG]")]
    private static partial void LogOption(ILogger logger, string problem);

    [LoggerMessage(EventId = 7, Level = LogLevel.Warning, Message = "The access log {Path} cannot be opened and is off: {Reason} [EG-ACCESSLOG]")]
    private static partial void LogNotOpened(ILogger logger, string path, string reason);
}
