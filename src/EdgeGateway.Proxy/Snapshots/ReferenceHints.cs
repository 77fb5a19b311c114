using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Proxy.Snapshots;

/// <summary>Finds what a reference to nothing was probably meant to be: the same name at another provider, or a similar one at the same.</summary>
internal sealed class ReferenceHints
{
    // A change that breaks ten thousand references at once must not search ten million pairs of names.
    private const int MaximumSearches = 50;
    private const int MaximumNames = 1000;

    private int _searches;

    /// <summary>A new change begins.</summary>
    public void Begin() => _searches = 0;

    /// <summary>The hint with what stands in front of it, or an empty text.</summary>
    public string For<TConfig, TEntry>(QualifiedName wanted, IReadOnlyList<CompiledElements<TConfig, TEntry>.Part> parts)
        where TConfig : class
        where TEntry : class
    {
        foreach (var part in parts)
        {
            if (part.Provider != wanted.Provider && part.Source.ContainsKey(wanted.Name))
            {
                return $"; did you mean \"{wanted.Name}@{part.Provider}\"?";
            }
        }

        var own = parts.FirstOrDefault(part => part.Provider == wanted.Provider);
        if (own is null)
        {
            // Hardly anybody writes an @ by accident: it is the provider that is wrong.
            return Of(wanted.Provider, parts.Select(static part => part.Provider)) is { } provider ? $"; did you mean \"{wanted.Name}@{provider}\"?" : "";
        }

        return Of(wanted.Name, own.Source.Keys) is { } name ? $"; did you mean \"{name}@{own.Provider}\"?" : "";
    }

    /// <inheritdoc cref="For{TConfig, TEntry}" />
    /// <param name="wanted">The reference.</param>
    /// <param name="known">What there is.</param>
    public string For(QualifiedName wanted, IReadOnlyCollection<QualifiedName> known)
    {
        foreach (var name in known)
        {
            if (name.Name == wanted.Name && name.Provider != wanted.Provider)
            {
                return $"; did you mean \"{name}\"?";
            }
        }

        var own = known.Where(name => name.Provider == wanted.Provider).Select(static name => name.Name);
        return Of(wanted.Name, own) is { } similar ? $"; did you mean \"{similar}@{wanted.Provider}\"?" : "";
    }

    /// <summary>The similar one of some names, or null.</summary>
    public string? Of(string wanted, IEnumerable<string> names) => _searches++ < MaximumSearches
        ? DidYouMean.Find(wanted, names.Take(MaximumNames))
        : null;
}
