using EdgeGateway.Tailscale.LocalApi;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Tailscale.Certificates;

/// <summary>The keeper's log lines: one per event, a refusal once per change of its reason.</summary>
internal static partial class KeeperLog
{
    [LoggerMessage(1, LogLevel.Information, "Certificate for {Name} is in hand, valid until {NotAfter:u}")]
    public static partial void Issued(ILogger logger, string name, DateTimeOffset notAfter);

    [LoggerMessage(2, LogLevel.Error, "[{Code}] No certificate for {Names}: {Reason}. Cure: {Cure}")]
    public static partial void Refused(ILogger logger, string code, string names, string reason, string cure);

    [LoggerMessage(3, LogLevel.Warning, "[{Code}] Certificate for {Name} was not renewed: {Reason}. The one in hand is valid until {NotAfter:u}. Cure: {Cure}")]
    public static partial void NotRenewed(ILogger logger, string code, string name, string reason, DateTimeOffset notAfter, string cure);

    [LoggerMessage(4, LogLevel.Information, "{Names} belong to other nodes of the tailnet; their certificates are served there")]
    public static partial void OtherNodes(ILogger logger, string names);

    [LoggerMessage(5, LogLevel.Error, "[{Code}] tailscaled cannot be reached: {Reason}. Cure: {Cure}")]
    public static partial void Unreachable(ILogger logger, string code, string reason, string cure);

    [LoggerMessage(6, LogLevel.Information, "tailscaled {Version} is {State} as {DnsName}; certificate names: {CertDomains}")]
    public static partial void Node(ILogger logger, string version, string state, string dnsName, string certDomains);

    [LoggerMessage(7, LogLevel.Error, "Taking over the certificate for {Name} failed")]
    public static partial void CallbackFailed(ILogger logger, Exception error, string name);

    [LoggerMessage(8, LogLevel.Debug, "Notifications of tailscaled: {Fault}: {Reason}")]
    public static partial void BusFailed(ILogger logger, LocalApiFault fault, string reason);

    [LoggerMessage(9, LogLevel.Error, "The certificate keeper met a defect of its own and goes on")]
    public static partial void Defect(ILogger logger, Exception error);
}
