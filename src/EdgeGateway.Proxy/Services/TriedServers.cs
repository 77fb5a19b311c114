namespace EdgeGateway.Proxy.Services;

/// <summary>The servers that a request was tried on already; at most three (design decision 9).</summary>
internal struct TriedServers
{
    private Server? _first;
    private Server? _second;
    private Server? _third;

    public readonly bool IsEmpty => _first is null;

    public readonly bool Contains(Server server) =>
        ReferenceEquals(server, _first) || ReferenceEquals(server, _second) || ReferenceEquals(server, _third);

    public void Add(Server server)
    {
        if (_first is null)
        {
            _first = server;
        }
        else if (_second is null)
        {
            _second = server;
        }
        else
        {
            _third = server;
        }
    }
}
