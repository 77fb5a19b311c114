using EdgeGateway.Configuration.Static;

namespace EdgeGateway.Proxy.Observability.AccessLog;

/// <summary>What is kept of a request: <c>accessLog.fields</c>, made for asking.</summary>
public sealed class AccessLogFields
{
    private readonly ulong _kept;
    private readonly Dictionary<string, HeaderMode> _headers = new(StringComparer.OrdinalIgnoreCase);
    private readonly HeaderMode _otherHeaders;

    /// <summary>Reads the options; unknown words count as the default.</summary>
    public AccessLogFields(AccessLogFieldsConfig config)
    {
        var unknown = new List<string>();
        var kept = Is(config.DefaultMode, "drop") ? 0 : ulong.MaxValue;
        foreach (var (name, mode) in config.Names)
        {
            if (!Enum.TryParse<AccessLogField>(name, ignoreCase: true, out var field) || !Enum.IsDefined(field) || char.IsAsciiDigit(name[0]))
            {
                unknown.Add(name);
                continue;
            }

            var bit = 1UL << (int)field;
            kept = Is(mode, "drop") ? kept & ~bit : kept | bit;
        }

        _kept = kept;
        _otherHeaders = Mode(config.Headers.DefaultMode);
        foreach (var (name, mode) in config.Headers.Names)
        {
            _headers[name] = Mode(mode);
        }

        KeepsQuery = !Is(config.QueryParameters.DefaultMode, "drop");
        KeepsHeaders = _otherHeaders != HeaderMode.Drop || _headers.Values.Any(static mode => mode != HeaderMode.Drop);
        UnknownNames = unknown;
    }

    /// <summary>Everything but headers.</summary>
    public static AccessLogFields Default { get; } = new(new());

    /// <summary>Names in <c>fields.names</c> that are no fields.</summary>
    public IReadOnlyList<string> UnknownNames { get; }

    /// <summary>Whether any header is shown.</summary>
    public bool KeepsHeaders { get; }

    /// <summary>Whether the target is shown with its query.</summary>
    public bool KeepsQuery { get; }

    internal bool Keeps(AccessLogField field) => (_kept >> (int)field & 1) != 0;

    internal HeaderMode Of(string header) => _headers.TryGetValue(header, out var mode) ? mode : _otherHeaders;

    private static HeaderMode Mode(string? word) => Is(word, "keep") ? HeaderMode.Keep : Is(word, "redact") ? HeaderMode.Redact : HeaderMode.Drop;

    private static bool Is(string? word, string mode) => string.Equals(word, mode, StringComparison.OrdinalIgnoreCase);
}
