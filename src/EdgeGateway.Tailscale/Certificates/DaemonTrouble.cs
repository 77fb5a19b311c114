namespace EdgeGateway.Tailscale.Certificates;

/// <summary>Why tailscaled cannot be reached, as log and API say it.</summary>
/// <param name="Code">Stable code (<c>docs/messages.md</c>).</param>
/// <param name="Reason">One line: what is wrong.</param>
/// <param name="Cure">One line: what to do about it.</param>
public sealed record DaemonTrouble(string Code, string Reason, string Cure);
