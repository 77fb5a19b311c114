namespace EdgeGateway.Proxy.Pipeline;

/// <summary>One configured middleware, ready to run: a <see cref="RequestFilter"/> or a <see cref="RequestWrapper"/> (design decision 8).</summary>
public abstract class MiddlewareModel
{
    private protected MiddlewareModel(string name) => Name = name;

    /// <summary>Qualified name, such as <c>strip@nomad</c>.</summary>
    public string Name { get; }
}
