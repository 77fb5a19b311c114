using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using EdgeGateway.Configuration.Static;

namespace EdgeGateway.Proxy.Routing;

/// <summary>What an entry point does to every HTTP request before routing, compiled once at the start.</summary>
public sealed class EntryPointRequestModel
{
    private EntryPointRequestModel(string name, EntryPointConfig config, ForwardedHeaders forwarded)
    {
        Name = name;
        TargetOptions = new(config.Http.SanitizePath, config.Http.EncodeQuerySemicolons);
        Forwarded = forwarded;
        UnderscoreHeaders = config.Http.UnderscoreHeadersStrategy switch
        {
            "delete" => UnderscoreHeaders.Delete,
            "reject" => UnderscoreHeaders.Reject,
            _ => UnderscoreHeaders.Keep,
        };
        PassedConnectionHeaders = config.ForwardedHeaders.Connection.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        KeepForwardedFor = config.ForwardedHeaders.NotAppendXForwardedFor;
        Denied = EncodedCharacters.From(config.Http.EncodedCharacters);
    }

    /// <summary>Name of the entry point.</summary>
    public string Name { get; }

    internal UnderscoreHeaders UnderscoreHeaders { get; }

    internal TargetOptions TargetOptions { get; }

    internal ForwardedHeaders Forwarded { get; }

    internal FrozenSet<string> PassedConnectionHeaders { get; }

    internal bool KeepForwardedFor { get; }

    internal EncodedCharacters Denied { get; }

    /// <summary>Compiles an entry point's settings.</summary>
    /// <param name="name">Name of the entry point.</param>
    /// <param name="config">Its settings.</param>
    /// <param name="serverName">Machine name for X-Forwarded-Server, <c>localhost</c> if unknown.</param>
    /// <param name="model">The result; null on an error.</param>
    /// <param name="error">What is wrong with the settings.</param>
    public static bool TryCreate(
        string name,
        EntryPointConfig config,
        string serverName,
        [NotNullWhen(true)] out EntryPointRequestModel? model,
        [NotNullWhen(false)] out string? error)
    {
        model = ForwardedHeaders.TryCreate(config.ForwardedHeaders, serverName, out var forwarded, out error)
            ? new EntryPointRequestModel(name, config, forwarded)
            : null;
        return model is not null;
    }
}
