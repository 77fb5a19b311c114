using EdgeGateway.Configuration.Dynamic;

namespace EdgeGateway.Configuration.Files.Provider;

/// <summary>Puts the last good definition of an element in the place of one with a fault: a typing error in an editor must not take a route away.</summary>
internal static class KeptElements
{
    /// <summary>The configuration with the elements that were kept.</summary>
    /// <param name="now">What the file says without its faulty elements.</param>
    /// <param name="last">What it said before.</param>
    /// <param name="dropped">Paths of the faulty elements.</param>
    /// <param name="kept">Takes the paths of those for which there was an earlier definition.</param>
    public static DynamicConfiguration Keep(DynamicConfiguration now, DynamicConfiguration last, IReadOnlyList<string> dropped, List<string> kept)
    {
        if (dropped.Count == 0)
        {
            return now;
        }

        ConfigMap<T> Of<T>(string kind, ConfigMap<T> current, ConfigMap<T> earlier)
        {
            var found = new List<KeyValuePair<string, T>>();
            foreach (var path in dropped)
            {
                if (path.StartsWith(kind, StringComparison.Ordinal) && earlier.TryGetValue(path[kind.Length..], out var element))
                {
                    kept.Add(path);
                    found.Add(new(path[kind.Length..], element));
                }
            }

            return found.Count == 0 ? current : found.Concat(current).ToConfigMap();
        }

        return new()
        {
            Http = new()
            {
                Routers = Of("http.routers.", now.Http.Routers, last.Http.Routers),
                Services = Of("http.services.", now.Http.Services, last.Http.Services),
                Middlewares = Of("http.middlewares.", now.Http.Middlewares, last.Http.Middlewares),
                ServersTransports = Of("http.serversTransports.", now.Http.ServersTransports, last.Http.ServersTransports),
            },
            Tcp = new()
            {
                Routers = Of("tcp.routers.", now.Tcp.Routers, last.Tcp.Routers),
                Services = Of("tcp.services.", now.Tcp.Services, last.Tcp.Services),
                Middlewares = Of("tcp.middlewares.", now.Tcp.Middlewares, last.Tcp.Middlewares),
                ServersTransports = Of("tcp.serversTransports.", now.Tcp.ServersTransports, last.Tcp.ServersTransports),
            },
            Udp = new()
            {
                Routers = Of("udp.routers.", now.Udp.Routers, last.Udp.Routers),
                Services = Of("udp.services.", now.Udp.Services, last.Udp.Services),
            },
            Tls = now.Tls with
            {
                Options = Of("tls.options.", now.Tls.Options, last.Tls.Options),
                Stores = Of("tls.stores.", now.Tls.Stores, last.Tls.Stores),
            },
        };
    }
}
