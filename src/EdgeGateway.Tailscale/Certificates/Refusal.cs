using System.Buffers;
using System.Globalization;
using EdgeGateway.Tailscale.LocalApi;

namespace EdgeGateway.Tailscale.Certificates;

/// <summary>Why there is no (new) certificate, with its stable code and the line that cures it; the texts of <c>docs/messages.md</c>.</summary>
internal sealed record Refusal(string Code, string Reason, string Cure)
{
    private static readonly SearchValues<char> Variable = SearchValues.Create("\"0123456789");

    /// <summary>Equal for two failures that a reader would call the same: tailscaled's texts carry tokens and ports that differ every time.</summary>
    public string Key
    {
        get
        {
            var end = Reason.AsSpan().IndexOfAny(Variable);
            return string.Concat(Code, " ", end < 0 ? Reason : Reason.AsSpan(0, end));
        }
    }

    public static Refusal From(LocalApiException error, string socketPath) => error.Fault switch
    {
        LocalApiFault.SocketMissing => new("EG-CERT-SOCKET-MISSING",
            $"tailscaled's socket {socketPath} does not exist",
            "start tailscaled; in a container mount its folder (/run/tailscale) at /var/run/tailscale; if the folder is mounted and empty, " +
            "tailscaled's restart replaced it: restart this task once and set RuntimeDirectoryPreserve=yes in tailscaled's unit"),
        LocalApiFault.SocketDead => new("EG-CERT-SOCKET-DEAD",
            $"nobody listens on tailscaled's socket {socketPath}",
            "tailscaled was killed or is starting; systemctl status tailscaled"),
        LocalApiFault.SocketFileMounted => new("EG-CERT-SOCKET-FILE",
            $"the socket file {socketPath} is mounted, and it is the one from before tailscaled's restart",
            "mount the folder instead of the file: host_volume path = \"/run/tailscale\", destination = \"/var/run/tailscale\"; restart this task once"),
        LocalApiFault.SocketDenied => new("EG-CERT-SOCKET-DENIED",
            $"user {UserId()} may not connect to {socketPath}",
            "run as root or as the user that tailscaled runs as"),
        LocalApiFault.CertificateDenied => new("EG-CERT-403",
            $"tailscaled does not give certificates to user {UserId()}: {error.Message}",
            $"put TS_PERMIT_CERT_UID={UserId()} into /etc/default/tailscaled and restart tailscaled, or run as root"),
        LocalApiFault.HttpsDisabled => HttpsOff,
        LocalApiFault.NoNetmap => new("EG-CERT-NO-NETMAP",
            "tailscaled has no network map: " + error.Message,
            "tailscale up; if it is up, check that this node reaches the control plane (tailscale status)"),
        LocalApiFault.UnknownName => new("EG-CERT-NAME", error.Message, "use this node's own name (tailscale status --self) in the rule or in tls.domains"),
        LocalApiFault.WildcardDisabled => Wildcard(error.Message),
        LocalApiFault.RateLimited => new("EG-CERT-429",
            "the certificate authority's rate limit: " + error.Message,
            "wait; do not delete tailscaled's state folder, its cache saves orders"),
        LocalApiFault.TimedOut => new("EG-CERT-TIMEOUT",
            $"tailscaled did not answer ({error.Message}): the certificate authority limits the rate or hangs, or tailscaled does",
            "wait; if it stays, systemctl restart tailscaled (an order that waits for a Retry-After ends only so)"),
        LocalApiFault.DaemonSetup => new("EG-CERT-DAEMON",
            "this tailscaled cannot issue certificates: " + error.Message,
            "give tailscaled a state folder (--statedir), or use a build with certificate support"),
        LocalApiFault.BadAnswer or LocalApiFault.InvalidRequest => new("EG-CERT-ANSWER",
            "unexpected answer of tailscaled: " + error.Message,
            "update tailscaled (1.98 or later) or report this line"),
        LocalApiFault.Disconnected => new("EG-CERT-DISCONNECTED", error.Message, "tailscaled stopped during the call; it is asked again by itself"),
        _ => new("EG-CERT-500", "the order failed: " + error.Message, "it is tried again by itself; tailscaled's log has the details"),
    };

    public static readonly Refusal HttpsOff = new("EG-CERT-HTTPS-OFF",
        "HTTPS certificates are switched off for this tailnet",
        "switch on MagicDNS and HTTPS Certificates on the DNS page of the admin console (names become public); noticed at once");

    public static Refusal NotTailnet(string name) => new("EG-CERT-NAME",
        $"{name} is not a name of a tailnet (machine.tailnet.ts.net)",
        "use this node's name, or another certificate resolver for this router");

    public static Refusal OtherTailnet(string name, string suffix) => new("EG-CERT-NAME",
        $"{name} is not in this tailnet ({suffix})",
        "correct the name in the rule or in tls.domains");

    public static Refusal Wildcard(string reason) => new("EG-CERT-WILDCARD", reason,
        "give this node the attribute dns-subdomain-resolve in the tailnet policy (nodeAttrs), or use the node's own name");

    public static Refusal NotRunning(string state) => new("EG-CERT-NO-NETMAP",
        $"tailscaled is in state {state} and has no network map",
        state == "NeedsMachineAuth" ? "approve this machine in the admin console" : "tailscale up");

    private static string UserId()
    {
        try
        {
            foreach (var line in File.ReadLines("/proc/self/status"))
            {
                // proc(5): Uid: real, effective, saved, file system; LocalAPI judges the effective one.
                if (line.StartsWith("Uid:", StringComparison.Ordinal))
                {
                    return line.Split('\t')[2];
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or IndexOutOfRangeException)
        {
            // not Linux: the name will do
        }

        return string.Create(CultureInfo.InvariantCulture, $"{Environment.UserName}");
    }
}
