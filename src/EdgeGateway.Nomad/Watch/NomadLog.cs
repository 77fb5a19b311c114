using Microsoft.Extensions.Logging;

namespace EdgeGateway.Nomad.Watch;

/// <summary>What the Nomad part says; codes are listed in docs/messages.md.</summary>
internal static partial class NomadLog
{
    [LoggerMessage(1, LogLevel.Information, "Nomad at {address} answers: {instances} instances, by {way}")]
    public static partial void Connected(ILogger logger, string address, int instances, string way);

    [LoggerMessage(2, LogLevel.Warning, "{code} Nomad at {address}: {message}; {cure}. The last good routes stay")]
    public static partial void Fault(ILogger logger, string code, string address, string message, string cure);

    [LoggerMessage(3, LogLevel.Information, "Nomad at {address} is well again after {seconds:0.0} s; it was {codes}")]
    public static partial void Recovered(ILogger logger, string address, double seconds, string codes);

    [LoggerMessage(4, LogLevel.Warning, "EG-NOMAD-REPLACED Nomad at {address} went back from index {from}: its state was replaced or restored, everything is read anew")]
    public static partial void Replaced(ILogger logger, string address, ulong from);

    [LoggerMessage(5, LogLevel.Error, "EG-NOMAD-MAPPING instances could not be turned into routes, the last good ones stay")]
    public static partial void MappingFailed(ILogger logger, Exception error);

    [LoggerMessage(6, LogLevel.Debug, "Nomad is read in full: {reason}")]
    public static partial void Resync(ILogger logger, LookReason reason);

    [LoggerMessage(7, LogLevel.Error, "EG-NOMAD-INTERNAL the watch of Nomad failed in itself and starts again")]
    public static partial void Internal(ILogger logger, Exception error);

    [LoggerMessage(8, LogLevel.Information, "Nomad namespace {space} is watched from now on")]
    public static partial void NamespaceFound(ILogger logger, string space);

    [LoggerMessage(9, LogLevel.Information, "Nomad namespace {space} is gone")]
    public static partial void NamespaceGone(ILogger logger, string space);
}
