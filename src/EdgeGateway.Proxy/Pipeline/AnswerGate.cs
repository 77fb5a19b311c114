namespace EdgeGateway.Proxy.Pipeline;

/// <summary>
/// Looks at the status of an answer before anything of it is passed on. An answer that it refuses is dropped by whoever has it, forwarder
/// or <see cref="ErrorAnswer"/>; whoever set the gate answers then. Interim answers are not asked about.
/// </summary>
/// <param name="outer">Gate of a service further out, asked where this one has nothing against an answer.</param>
internal abstract class AnswerGate(AnswerGate? outer)
{
    /// <summary>Gate of a service further out.</summary>
    public AnswerGate? Outer { get; } = outer;

    /// <summary>True once it refused the answer of the attempt that runs.</summary>
    public bool HasRefused { get; set; }

    /// <summary>True when the answer must be dropped.</summary>
    public bool Refuses(int status)
    {
        if (!Wants(status))
        {
            HasRefused = true;
            return true;
        }

        return Outer is not null && Outer.Refuses(status);
    }

    /// <summary>True when this gate has nothing against an answer of that status.</summary>
    protected abstract bool Wants(int status);
}
