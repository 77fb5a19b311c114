using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Rules.Syntax;

namespace EdgeGateway.Proxy.Snapshots.Routers;

/// <summary>
/// Puts what is wrong with one router into words: Traefik's text, a hint, the code, the address of the tag, and for rules a caret below
/// the place. The first line says it all; what follows it is for API and dashboard.
/// </summary>
/// <param name="name">Name of the router as configured.</param>
/// <param name="message">Its provider's message, which knows where the router was written.</param>
/// <param name="kind">Kind of router.</param>
internal sealed class RouterFaults(string name, ProviderMessage message, string kind = "http.routers")
{
    private List<LocatedFault>? _places;

    /// <summary>The places that stand in the texts given so far; mostly none.</summary>
    public IReadOnlyList<LocatedFault> Places => _places ?? (IReadOnlyList<LocatedFault>)[];

    /// <summary>A fault, or a warning.</summary>
    /// <param name="code">Stable code, listed in docs/messages.md.</param>
    /// <param name="option">The router's option in which it stands, such as <c>middlewares</c>.</param>
    /// <param name="text">What is wrong.</param>
    public string Describe(string code, string option, string text)
    {
        // What a middleware or service says of itself may have its own code.
        var coded = text.Contains(" [EG-", StringComparison.Ordinal) ? text : $"{text} [{code}]";
        return At(option, coded);
    }

    /// <summary>A fault of the rule.</summary>
    public string Describe(string rule, RuleException fault)
    {
        var line = Describe(fault.Code, "rule", $"error while parsing rule {rule.ReplaceLineEndings(" ")}: {fault.Message}");
        return fault.Caret.Length == 0 ? line : $"{line}\n{fault.Caret}";
    }

    /// <summary>Adds the address of the router to a text that has none yet.</summary>
    public string Locate(string text) => text.Contains(" [EG-RULE", StringComparison.Ordinal) ? text : At("", text);

    private string At(string option, string text)
    {
        if (message.OriginOf?.Invoke(kind, name, option) is not { } origin)
        {
            return text;
        }

        (_places ??= []).Add(new(message.Provider, kind, name, option, origin.Text));
        return $"{text} ({origin.Text})";
    }
}
