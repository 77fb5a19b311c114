using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EdgeGateway.Testbed.Tailscale;

/// <summary>
/// The JSON bodies of the stand-in, with the fields, order, nulls and indentation recorded from tailscaled 1.102.3
/// (<c>recordings/tailscale/status-running.json</c>, <c>states-and-bus.json</c>, <c>whois-*.json</c>).
/// </summary>
internal static class NodeJson
{
    public const string Version = "1.102.3-dev20260819-t53a0d659a";

    private const string OwnKey = "nodekey:50bed805477876066e268ab03e71faf660e7eaa965d3a35291f80b7556ef2a0c";
    private const string Never = "0001-01-01T00:00:00Z";
    private const string Created = "2026-11-01T09:00:00Z";

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        IndentCharacter = '\t',
        IndentSize = 1,
        NewLine = "\n",
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Text(JsonNode? node) => (node?.ToJsonString(Indented) ?? "null") + "\n";

    public static JsonObject Status(NodeState node, bool peers)
    {
        var known = node.HasNetmap;
        var status = new JsonObject { ["Version"] = Version, ["TUN"] = node.UsesTun, ["BackendState"] = node.BackendState };
        if (known)
        {
            status["HaveNodeKey"] = true;
        }

        status["AuthURL"] = "";
        status["TailscaleIPs"] = known ? Strings(NodeState.OwnAddresses) : null;
        status["Self"] = Self(node, known);
        status["Health"] = Strings(node.Health);
        status["MagicDNSSuffix"] = known ? node.Tailnet : "";
        status["CurrentTailnet"] = known
            ? new JsonObject { ["Name"] = "example.com", ["MagicDNSSuffix"] = node.Tailnet, ["MagicDNSEnabled"] = true }
            : null;
        status["CertDomains"] = node.CertDomains.Count > 0 && known ? Strings(node.CertDomains) : null;
        status["ExtraRecords"] = null;
        status["Peer"] = peers && known ? Peers(node) : null;
        status["User"] = known ? Users(peers) : null;
        status["ClientVersion"] = null;
        return status;
    }

    /// <summary>A bus line with the given field set; all the fields that tailscaled writes although they are null.</summary>
    public static string BusLine(params (string Name, JsonNode? Value)[] fields)
    {
        var line = new JsonObject { ["Version"] = Version };
        var given = fields.ToDictionary(f => f.Name, f => f.Value, StringComparer.Ordinal);
        foreach (var name in (string[])["SessionID", "ErrMessage", "LoginFinished", "State", "Prefs", "SelfChange", "NetMap", "PeersChanged", "Engine", "BrowseToURL", "DriveShares", "InitialStatus", "Health"])
        {
            if (given.TryGetValue(name, out var value))
            {
                line[name] = value;
            }
            else if (name is "ErrMessage" or "LoginFinished" or "State" or "Prefs" or "NetMap" or "Engine" or "BrowseToURL" or "DriveShares")
            {
                line[name] = null;
            }
        }

        return line.ToJsonString(new JsonSerializerOptions { Encoder = Indented.Encoder }) + "\n";
    }

    public static JsonObject SelfChange(NodeState node) => new()
    {
        ["ID"] = 1, ["StableID"] = "TESTCTRL00000001", ["Name"] = node.DnsName + ".", ["User"] = 1, ["Key"] = OwnKey,
        ["Addresses"] = Strings(NodeState.OwnAddresses.Select(Prefix)), ["AllowedIPs"] = Strings(NodeState.OwnAddresses.Select(Prefix)),
        ["Created"] = Created, ["Cap"] = 142, ["MachineAuthorized"] = true,
        ["CapMap"] = new JsonObject(node.Capabilities.Select(c => KeyValuePair.Create(c, (JsonNode?)new JsonArray()))),
        ["ComputedName"] = node.HostName, ["ComputedNameWithHost"] = node.HostName,
    };

    public static JsonObject Health(NodeState node)
    {
        var warnings = new JsonObject();
        if (node.PendingCertificates.Count > 0)
        {
            var names = string.Join(", ", node.PendingCertificates);
            warnings["tls-cert-pending"] = new JsonObject
            {
                ["WarnableCode"] = "tls-cert-pending", ["Severity"] = "low", ["Title"] = "Fetching TLS certificate",
                ["Text"] = "Fetching TLS certificate via ACME for: " + names,
                ["Args"] = new JsonObject { ["domains"] = names }, ["DependsOn"] = Strings(["warming-up"]),
            };
        }

        if (node.BackendState is "Stopped" or "NeedsLogin")
        {
            warnings["wantrunning-false"] = new JsonObject
            {
                ["WarnableCode"] = "wantrunning-false", ["Severity"] = "low", ["Title"] = "Tailscale off", ["Text"] = "Tailscale is stopped.",
                ["Args"] = new JsonObject { ["State"] = node.BackendState }, ["DependsOn"] = Strings(["warming-up"]),
            };
        }

        return new JsonObject { ["Warnings"] = warnings.Count > 0 ? warnings : null };
    }

    public static JsonObject WhoIs(TailnetPeer peer)
    {
        var tagged = peer.Tags.Count > 0;
        var node = new JsonObject
        {
            ["ID"] = peer.Id, ["StableID"] = peer.StableId, ["Name"] = peer.Name + ".", ["User"] = peer.UserId, ["Key"] = peer.Key,
            ["Addresses"] = Strings(peer.Addresses.Select(Prefix)), ["AllowedIPs"] = Strings(peer.Addresses.Select(Prefix)),
            ["HomeDERP"] = 1, ["Hostinfo"] = new JsonObject { ["OS"] = "linux", ["Hostname"] = peer.HostName },
            ["Created"] = Created, ["Cap"] = 142,
        };
        if (tagged)
        {
            node["Tags"] = Strings(peer.Tags);
        }

        node["Online"] = true;
        node["MachineAuthorized"] = true;
        node["ComputedName"] = peer.HostName;
        node["ComputedNameWithHost"] = peer.HostName;
        return new JsonObject { ["Node"] = node, ["UserProfile"] = User(peer), ["CapMap"] = peer.Grants?.DeepClone() };
    }

    private static JsonObject Self(NodeState node, bool known)
    {
        var self = new JsonObject
        {
            ["ID"] = known ? "TESTCTRL00000001" : "", ["NodeID"] = known ? 1 : 0,
            ["PublicKey"] = known ? OwnKey : "nodekey:" + new string('0', 64),
            ["HostName"] = known ? node.HostName : "gateway-host", ["DNSName"] = known ? node.DnsName + "." : "",
            ["OS"] = "linux", ["UserID"] = known ? 1 : 0, ["TailscaleIPs"] = known ? Strings(NodeState.OwnAddresses) : null,
        };
        if (known)
        {
            self["AllowedIPs"] = Strings(NodeState.OwnAddresses.Select(Prefix));
        }

        self["Addrs"] = new JsonArray();
        AddLinkFields(self, known ? "test" : "", known ? Created : Never, online: known);
        self["PeerAPIURL"] = null;
        self["TaildropTarget"] = 0;
        self["NoFileSharingReason"] = "";
        if (known)
        {
            self["Capabilities"] = Strings(node.Capabilities.Prepend(
                "HTTPS://TAILSCALE.COM/s/DEPRECATED-NODE-CAPS#see-https://github.com/tailscale/tailscale/issues/11508"));
            self["CapMap"] = new JsonObject(node.Capabilities.Select(c => KeyValuePair.Create(c, (JsonNode?)null)));
        }

        self["InNetworkMap"] = known;
        self["InMagicSock"] = false;
        self["InEngine"] = false;
        if (known)
        {
            self["KeyExpiry"] = node.KeyExpiry.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        }

        return self;
    }

    private static JsonObject Peers(NodeState node)
    {
        var peers = new JsonObject();
        foreach (var peer in node.Peers)
        {
            var item = new JsonObject
            {
                ["ID"] = peer.StableId, ["NodeID"] = peer.Id, ["PublicKey"] = peer.Key, ["HostName"] = peer.HostName,
                ["DNSName"] = peer.Name + ".", ["OS"] = "linux", ["UserID"] = peer.UserId, ["TailscaleIPs"] = Strings(peer.Addresses),
                ["AllowedIPs"] = Strings(peer.Addresses.Select(Prefix)),
            };
            if (peer.Tags.Count > 0)
            {
                item["Tags"] = Strings(peer.Tags);
            }

            item["Addrs"] = null;
            AddLinkFields(item, "test", Created, online: true);
            item["PeerAPIURL"] = null;
            item["TaildropTarget"] = 4;
            item["NoFileSharingReason"] = "";
            item["InNetworkMap"] = true;
            item["InMagicSock"] = true;
            item["InEngine"] = false;
            peers[peer.Key] = item;
        }

        return peers;
    }

    private static void AddLinkFields(JsonObject node, string relay, string created, bool online)
    {
        node["CurAddr"] = "";
        node["Relay"] = relay;
        node["PeerRelay"] = "";
        node["RxBytes"] = 0;
        node["TxBytes"] = 0;
        node["Created"] = created;
        node["LastWrite"] = Never;
        node["LastSeen"] = Never;
        node["LastHandshake"] = Never;
        node["Online"] = online;
        node["ExitNode"] = false;
        node["ExitNodeOption"] = false;
        node["Active"] = false;
    }

    private static JsonObject Users(bool peers)
    {
        var users = new JsonObject
        {
            ["1"] = new JsonObject
            {
                ["ID"] = 1, ["LoginName"] = "admin@example.com", ["DisplayName"] = "User 1",
                ["ProfilePicURL"] = "https://login.example.com/pic/edge?s=96",
            },
        };
        if (peers)
        {
            foreach (var peer in NodeState.DefaultPeers)
            {
                users[peer.UserId.ToString(CultureInfo.InvariantCulture)] = User(peer);
            }
        }

        return users;
    }

    private static JsonObject User(TailnetPeer peer)
    {
        var user = new JsonObject { ["ID"] = peer.UserId, ["LoginName"] = peer.Login, ["DisplayName"] = peer.DisplayName };
        if (peer.Tags.Count == 0)
        {
            user["ProfilePicURL"] = $"https://login.example.com/pic/{peer.HostName}?s=96";
        }

        if (peer.Groups.Count > 0)
        {
            user["Groups"] = Strings(peer.Groups);
        }

        return user;
    }

    private static string Prefix(string address) => address + (address.Contains(':', StringComparison.Ordinal) ? "/128" : "/32");

    private static JsonArray Strings(IEnumerable<string> items) => new([.. items.Select(i => (JsonNode?)JsonValue.Create(i))]);
}
