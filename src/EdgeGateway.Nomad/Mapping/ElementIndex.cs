using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Nomad.Mapping;

/// <summary>
/// Tells which instance an element comes from. Built when the first message asks, which is when something is wrong; a mapping without
/// faults costs nothing.
/// </summary>
/// <param name="fragments">The fragments of one mapping; the collection must not change afterwards.</param>
/// <param name="options">Names of provider and prefix.</param>
internal sealed class ElementIndex(IReadOnlyCollection<InstanceFragment> fragments, InstanceMapperOptions options)
{
    private readonly Lazy<Dictionary<(string Kind, string Name), InstanceFragment>> _index = new(() => Build(fragments));

    /// <summary>Where the option of an element was written, or null when no instance declares the element.</summary>
    internal ElementOrigin? Find(string kind, string name, string option) => _index.Value.TryGetValue((kind, name), out var fragment)
        ? InstanceAddress.Origin(fragment.Instance, options.Provider, options.Prefix, option.Length == 0 ? $"{kind}.{name}" : $"{kind}.{name}.{option}")
        : null;

    private static Dictionary<(string, string), InstanceFragment> Build(IReadOnlyCollection<InstanceFragment> fragments)
    {
        var index = new Dictionary<(string, string), InstanceFragment>();
        foreach (var fragment in fragments)
        {
            if (fragment.Fragment?.Configuration is { } c)
            {
                Add("http.routers", c.Http.Routers.Keys, fragment);
                Add("http.services", c.Http.Services.Keys, fragment);
                Add("http.middlewares", c.Http.Middlewares.Keys, fragment);
                Add("tcp.routers", c.Tcp.Routers.Keys, fragment);
                Add("tcp.services", c.Tcp.Services.Keys, fragment);
                Add("tcp.middlewares", c.Tcp.Middlewares.Keys, fragment);
                Add("udp.routers", c.Udp.Routers.Keys, fragment);
                Add("udp.services", c.Udp.Services.Keys, fragment);
            }
        }

        return index;

        void Add(string kind, IEnumerable<string> names, InstanceFragment fragment)
        {
            foreach (var name in names)
            {
                // The newest definition is the one in force.
                if (!index.TryGetValue((kind, name), out var known) || known.Fragment!.Age < fragment.Fragment!.Age)
                {
                    index[(kind, name)] = fragment;
                }
            }
        }
    }
}
