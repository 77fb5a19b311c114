using System.Collections.Concurrent;

namespace EdgeGateway.Proxy.Services;

/// <summary>Every host and port that a server has or had lately.</summary>
internal sealed class ServerAddresses
{
    private readonly ConcurrentDictionary<(string Host, int Port), WeakReference<ServerAddress>> _addresses = new();

    // Weak: an address lives as long as a server refers to it; a gateway that sees ports come and go for months forgets them.
    public ServerAddress GetOrAdd(string host, int port)
    {
        var key = (host, port);
        while (true)
        {
            if (_addresses.TryGetValue(key, out var known))
            {
                if (known.TryGetTarget(out var address))
                {
                    return address;
                }

                _addresses.TryRemove(KeyValuePair.Create(key, known));
            }

            var made = new ServerAddress();
            if (_addresses.TryAdd(key, new(made)))
            {
                return made;
            }
        }
    }

    /// <summary>Drops the entries of addresses that nothing refers to any more.</summary>
    public void Trim()
    {
        foreach (var entry in _addresses)
        {
            if (!entry.Value.TryGetTarget(out _))
            {
                _addresses.TryRemove(entry);
            }
        }
    }
}
