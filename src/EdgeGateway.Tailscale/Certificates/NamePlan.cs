using EdgeGateway.Tailscale.LocalApi;

namespace EdgeGateway.Tailscale.Certificates;

/// <summary>What is to be done for one wanted name on this node: ask tailscaled (under which name), leave it alone, or refuse it.</summary>
internal readonly record struct NamePlan(CertificateState State, string? AskAs, Refusal? Refusal)
{
    /// <param name="name">Normalised name.</param>
    /// <param name="node">The node's status.</param>
    public static NamePlan Decide(string name, TailscaleStatus node)
    {
        // Bring-your-own names of Tailscale Services are in CertDomains too, whatever their suffix.
        if (node.CertDomains.Contains(name, StringComparer.Ordinal))
        {
            return Ask(name);
        }

        if (!TailnetName.IsValid(name))
        {
            return Refuse(Refusal.NotTailnet(name));
        }

        if (node.DnsName.Length == 0)
        {
            return node.BackendState is "NoState" or "Starting"
                ? new NamePlan(CertificateState.Pending, null, Refusal.NotRunning(node.BackendState))
                : Refuse(Refusal.NotRunning(node.BackendState));
        }

        if (node.CertDomains.Count == 0 && IsSameOrBelow(name, node.DnsName))
        {
            return Refuse(Refusal.HttpsOff);
        }

        if (name == node.DnsName)
        {
            return Ask(name); // tailscaled will say why it is not among the names
        }

        foreach (var own in node.CertDomains)
        {
            if (IsSameOrBelow(name, own))
            {
                // tailscaled issues *.own, which covers exactly one more label.
                var label = name.AsSpan(0, name.Length - own.Length - 1);
                return label.Contains('.')
                    ? Refuse(Refusal.Wildcard($"{name} is more than one label below {own}, which no certificate of tailscaled covers"))
                    : node.CanHaveWildcard
                        ? Ask("*." + own)
                        : Refuse(Refusal.Wildcard($"{name} is below {own}, and this node may not have a wildcard certificate"));
            }
        }

        return node.MagicDnsSuffix.Length == 0 || IsSameOrBelow(name, node.MagicDnsSuffix)
            ? new NamePlan(CertificateState.OtherNode, null, null)
            : Refuse(Refusal.OtherTailnet(name, node.MagicDnsSuffix));
    }

    private static NamePlan Ask(string name) => new(CertificateState.Pending, name, null);

    private static NamePlan Refuse(Refusal why) => new(CertificateState.Refused, null, why);

    private static bool IsSameOrBelow(string name, string parent) =>
        name.EndsWith(parent, StringComparison.Ordinal) && (name.Length == parent.Length || name[name.Length - parent.Length - 1] == '.');
}
