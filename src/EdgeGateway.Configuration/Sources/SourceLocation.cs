namespace EdgeGateway.Configuration.Sources;

/// <summary>Where a value was written, ready to be shown: <c>flag --log.level</c>, <c>dyn.toml:3:7</c>, <c>job web, service web, tag traefik.http…</c>.</summary>
/// <param name="Text">The text that a message shows.</param>
public sealed record SourceLocation(string Text)
{
    /// <summary>A value nobody wrote: a default.</summary>
    public static readonly SourceLocation Default = new("default");

    /// <inheritdoc />
    public override string ToString() => Text;
}
