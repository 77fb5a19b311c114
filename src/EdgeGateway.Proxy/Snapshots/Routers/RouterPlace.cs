using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Proxy.Snapshots.Routers;

/// <summary>Where a router stands among routers that have parents or children (<c>parentRefs</c>, dynamic-config §6.7).</summary>
/// <param name="IsChild">It has parents: its requests come from them and not from entry points.</param>
/// <param name="ParentRefs">Qualified names of its parents as the API shows them: of one that was split among entry points, all parts.</param>
/// <param name="Children">The routers below it, by name.</param>
/// <param name="Faults">What is wrong with the place.</param>
internal sealed record RouterPlace(
    bool IsChild, ConfigList<string> ParentRefs, ConfigList<QualifiedName> Children, ConfigList<RouterPlaceFault> Faults);

/// <summary>A fault of a router's place.</summary>
/// <param name="Code">Stable code, listed in docs/messages.md.</param>
/// <param name="Option">The option in which it stands.</param>
/// <param name="Text">What is wrong.</param>
/// <param name="IsWarning">True: the router serves all the same.</param>
internal sealed record RouterPlaceFault(string Code, string Option, string Text, bool IsWarning = false);
