using EdgeGateway.Tailscale.LocalApi;

namespace EdgeGateway.Tailscale.Certificates;

/// <summary>The last look at the node: its status, or why there is none.</summary>
internal sealed record NodeView(TailscaleStatus? Status, LocalApiException? Trouble)
{
    public bool SameAs(NodeView? other) => other is not null && (Status, other.Status) switch
    {
        ({ } mine, { } theirs) => mine.SameNames(theirs),
        (null, null) => Trouble!.Fault == other.Trouble!.Fault,
        _ => false,
    };
}
