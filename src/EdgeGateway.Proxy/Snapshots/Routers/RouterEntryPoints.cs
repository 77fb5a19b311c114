using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Proxy.Snapshots.Routers;

/// <summary>The entry points that routers of one protocol may name (dynamic-config §6.1).</summary>
/// <param name="Names">All of them: a UDP router knows UDP ones only, all others TCP ones only.</param>
/// <param name="Defaults">Those of a router that names none.</param>
internal sealed record RouterEntryPoints(IReadOnlySet<string> Names, ConfigList<string> Defaults)
{
    /// <summary>The entry points of a router; false when there is none. Errors come for unknown ones.</summary>
    public bool Resolve(ConfigList<string> wanted, List<string> errors, out ConfigList<string> served)
    {
        served = Defaults;
        if (wanted.Count > 0)
        {
            served = wanted.Where(Names.Contains).ToConfigList();
            errors.AddRange(wanted.Where(name => !Names.Contains(name)).Select(
                name => $"entryPoint \"{name}\" doesn't exist{(DidYouMean.Find(name, Names) is { } near ? $"; did you mean \"{near}\"?" : "")}"));
        }

        if (served.Count > 0)
        {
            return true;
        }

        errors.Add("no valid entryPoint for this router");
        return false;
    }
}
