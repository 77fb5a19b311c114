using System.Text.Json;

namespace EdgeGateway.Tailscale.LocalApi;

/// <summary>What the gateway needs of <c>/localapi/v0/status?peers=false</c>.</summary>
/// <param name="Version">Long version of tailscaled.</param>
/// <param name="BackendState"><c>NoState</c>, <c>NeedsLogin</c>, <c>NeedsMachineAuth</c>, <c>Stopped</c>, <c>Starting</c>, <c>Running</c>…</param>
/// <param name="DnsName">This node's MagicDNS name, lower case, without the final dot; empty before login.</param>
/// <param name="MagicDnsSuffix">The tailnet's domain, such as <c>tail1234.ts.net</c>; empty before login.</param>
/// <param name="CertDomains">Names that can have certificates, lower case; empty when HTTPS is off or there is no netmap.</param>
/// <param name="CanHaveWildcard">The node may have <c>*.</c> + cert domain (capability <c>dns-subdomain-resolve</c>).</param>
/// <param name="UsesTun">False in userspace networking, where peers arrive from 127.0.0.1.</param>
/// <param name="Online">Whether control sees this node; false 2 minutes after control became unreachable.</param>
/// <param name="KeyExpiry">When the node key expires, or null.</param>
public sealed record TailscaleStatus(
    string Version, string BackendState, string DnsName, string MagicDnsSuffix, IReadOnlyList<string> CertDomains,
    bool CanHaveWildcard, bool UsesTun, bool Online, DateTimeOffset? KeyExpiry)
{
    private const string WildcardCapability = "dns-subdomain-resolve";

    /// <summary>Reads the answer. Missing fields and nulls are normal (before login nearly all are).</summary>
    /// <exception cref="JsonException">Not JSON, or not an object.</exception>
    internal static TailscaleStatus Parse(ReadOnlyMemory<byte> utf8)
    {
        using var document = JsonDocument.Parse(utf8);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object || Text(root, "BackendState").Length == 0)
        {
            throw new JsonException("not a status: BackendState is missing");
        }

        var self = Child(root, "Self");
        var suffix = Text(Child(root, "CurrentTailnet"), "MagicDNSSuffix");
        return new TailscaleStatus(
            Text(root, "Version"),
            Text(root, "BackendState"),
            TailnetName.Normalize(Text(self, "DNSName")),
            TailnetName.Normalize(suffix.Length > 0 ? suffix : Text(root, "MagicDNSSuffix")),
            Names(Child(root, "CertDomains")),
            Child(self, "CapMap") is { ValueKind: JsonValueKind.Object } caps && caps.TryGetProperty(WildcardCapability, out _),
            Child(root, "TUN").ValueKind == JsonValueKind.True,
            Child(self, "Online").ValueKind == JsonValueKind.True,
            Child(self, "KeyExpiry") is { ValueKind: JsonValueKind.String } expiry && expiry.TryGetDateTimeOffset(out var at) ? at : null);
    }

    /// <summary>Equal in everything that decides which names can be asked for.</summary>
    internal bool SameNames(TailscaleStatus other) =>
        BackendState == other.BackendState && DnsName == other.DnsName && MagicDnsSuffix == other.MagicDnsSuffix
        && CanHaveWildcard == other.CanHaveWildcard && CertDomains.SequenceEqual(other.CertDomains, StringComparer.Ordinal);

    private static JsonElement Child(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) ? value : default;

    private static string Text(JsonElement parent, string name) =>
        Child(parent, name) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : "";

    private static List<string> Names(JsonElement list)
    {
        var names = new List<string>();
        if (list.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in list.EnumerateArray())
            {
                if (item.ValueKind == JsonValueKind.String && TailnetName.Normalize(item.GetString()!) is { Length: > 0 } name)
                {
                    names.Add(name);
                }
            }
        }

        return names;
    }
}
