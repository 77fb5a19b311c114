namespace EdgeGateway.Proxy.Routing;

/// <summary>The headers that tell a server about the client (runtime-behaviour §1.4).</summary>
internal static class ForwardedHeaderNames
{
    public const string For = "X-Forwarded-For";
    public const string Proto = "X-Forwarded-Proto";
    public const string Host = "X-Forwarded-Host";
    public const string Port = "X-Forwarded-Port";
    public const string Server = "X-Forwarded-Server";
    public const string Prefix = "X-Forwarded-Prefix";
    public const string RealIp = "X-Real-Ip";

    private static readonly string[] Managed =
    [
        For, Proto, Host, Port, Server, Prefix, RealIp, "X-Forwarded-Uri", "X-Forwarded-Method",
        "X-Forwarded-Tls-Client-Cert", "X-Forwarded-Tls-Client-Cert-Info",
    ];

    /// <summary>True for a header of the managed set in any spelling: any case, <c>_</c> for <c>-</c> (servers that read CGI names see no difference).</summary>
    public static bool IsManaged(ReadOnlySpan<char> name)
    {
        // X-Real-Ip is the shortest; most headers fail here.
        if (name.Length < 9 || (name[0] | 0x20) != 'x' || name[1] is not ('-' or '_'))
        {
            return false;
        }

        foreach (var managed in Managed)
        {
            if (managed.Length == name.Length && EqualsManaged(name, managed))
            {
                return true;
            }
        }

        return false;
    }

    private static bool EqualsManaged(ReadOnlySpan<char> name, string managed)
    {
        for (var i = 0; i < managed.Length; i++)
        {
            var c = name[i] == '_' ? '-' : name[i];
            if (c != managed[i] && (char.ToLowerInvariant(c) != char.ToLowerInvariant(managed[i])))
            {
                return false;
            }
        }

        return true;
    }
}
