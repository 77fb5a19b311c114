using System.Text.Json.Nodes;

namespace EdgeGateway.Testbed.Tailscale;

/// <summary>Another node of the stand-in's tailnet, for whois and the full status.</summary>
public sealed record TailnetPeer(
    int Id, string Name, IReadOnlyList<string> Addresses, long UserId, string Login, string DisplayName,
    IReadOnlyList<string> Groups, IReadOnlyList<string> Tags, JsonObject? Grants)
{
    /// <summary>First label of the name.</summary>
    public string HostName => Name[..Name.IndexOf('.', StringComparison.Ordinal)];

    /// <summary>Stable ID.</summary>
    public string StableId => $"TESTCTRL{Id:D8}";

    /// <summary>Node key, made from the ID.</summary>
    public string Key => "nodekey:" + new string((char)('a' + (Id % 6)), 64);
}
