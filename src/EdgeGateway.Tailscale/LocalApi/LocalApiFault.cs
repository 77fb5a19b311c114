namespace EdgeGateway.Tailscale.LocalApi;

/// <summary>Why a LocalAPI call failed, as far as a user or the retry plan cares.</summary>
public enum LocalApiFault
{
    /// <summary>No socket file: tailscaled is not running, or its folder is not mounted.</summary>
    SocketMissing,

    /// <summary>The socket file exists and nobody listens: tailscaled was killed or is just starting.</summary>
    SocketDead,

    /// <summary>Nobody listens because the socket <i>file</i> is mounted: it is the one from before tailscaled's last restart.</summary>
    SocketFileMounted,

    /// <summary>The socket's mode does not let this user connect (tailscaled built without peer credentials: mode 0600).</summary>
    SocketDenied,

    /// <summary>The connection broke before the answer was complete.</summary>
    Disconnected,

    /// <summary>No answer within the call's time limit.</summary>
    TimedOut,

    /// <summary>403: this user may not fetch certificates.</summary>
    CertificateDenied,

    /// <summary>HTTPS certificates are switched off for the tailnet.</summary>
    HttpsDisabled,

    /// <summary>tailscaled knows no network: not logged in, starting, or started while the control plane was unreachable.</summary>
    NoNetmap,

    /// <summary>The name is not one of this node's certificate names.</summary>
    UnknownName,

    /// <summary>A wildcard was asked for and the node may not have one.</summary>
    WildcardDisabled,

    /// <summary>429.</summary>
    RateLimited,

    /// <summary>tailscaled itself cannot do certificates (no state folder, read-only share, not compiled in).</summary>
    DaemonSetup,

    /// <summary>The certificate authority or the control plane failed; later calls may succeed.</summary>
    Transient,

    /// <summary>400, 403 or 404 that only a defect of ours can cause.</summary>
    InvalidRequest,

    /// <summary>An answer that cannot be read: too big, not JSON, not a key with its certificate.</summary>
    BadAnswer,
}
