using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Rules.Syntax;

namespace EdgeGateway.Proxy.Snapshots;

/// <summary>
/// Puts what is wrong with one router into words: Traefik's text, a hint, the code, the address of the tag, and for rules a caret below
/// the place. The first line says it all; what follows it is for API and dashboard.
/// </summary>
/// <param name="name">Name of the router as configured.</param>
/// <param name="message">Its provider's message, which knows where the router was written.</param>
internal sealed class RouterFaults(string name, ProviderMessage message)
{
    /// <summary>A fault, or a warning.</summary>
    /// <param name="code">Stable code, listed in docs/messages.md.</param>
    /// <param name="option">The router's option in which it stands, such as <c>middlewares</c>.</param>
    /// <param name="text">What is wrong.</param>
    public string Describe(string code, string option, string text) =>
        message.OriginOf?.Invoke("http.routers", name, option) is { } origin ? $"{text} [{code}] ({origin.Text})" : $"{text} [{code}]";

    /// <summary>A fault of the rule.</summary>
    public string Describe(string rule, RuleException fault)
    {
        var line = Describe(fault.Code, "rule", $"error while parsing rule {rule.ReplaceLineEndings(" ")}: {fault.Message}");
        return fault.Caret.Length == 0 ? line : $"{line}\n{fault.Caret}";
    }
}
