namespace EdgeGateway.Proxy.Snapshots;

/// <summary>What Traefik has and this version has not: the router that needs it is disabled and says so, never silently.</summary>
internal static class Unsupported
{
    /// <summary>Code of the message (docs/messages.md).</summary>
    public const string Code = "EG-UNSUPPORTED";

    /// <summary>The message about one thing, such as <c>middleware type retry</c>.</summary>
    public static string Text(string what) => $"{what} is not supported yet [{Code}]";
}
