using System.Collections.Concurrent;

namespace EdgeGateway.Proxy.Services;

/// <summary>Every host and port that a server has or had lately.</summary>
internal sealed class ServerAddresses
{
    private readonly ConcurrentDictionary<(string Host, int Port), WeakReference<ServerAddress>> _addresses = new();
    private int _trimAt = 64;

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
                TrimNowAndThen();
                return made;
            }
        }
    }

    // At each doubling, so that it costs nothing per address.
    private void TrimNowAndThen()
    {
        if (_addresses.Count < _trimAt)
        {
            return;
        }

        foreach (var entry in _addresses)
        {
            if (!entry.Value.TryGetTarget(out _))
            {
                _addresses.TryRemove(entry);
            }
        }

        _trimAt = (_addresses.Count * 2) + 64;
    }
}
