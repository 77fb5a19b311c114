namespace EdgeGateway.Nomad.Client;

/// <summary>One address of Nomad with its connections and its health. Not shared between threads without care: health is advisory.</summary>
internal sealed class NomadEndpoint(NomadAddress address, HttpMessageInvoker invoker, string? serverName) : IDisposable
{
    private int _failures;

    /// <summary>Where it is.</summary>
    public NomadAddress Address { get; } = address;

    /// <summary>Its connections.</summary>
    public HttpMessageInvoker Invoker { get; } = invoker;

    /// <summary>Failures in a row; 0 = well or never asked.</summary>
    public int Failures => Volatile.Read(ref _failures);

    /// <summary>Builds the URI of a call; with a server name the URI carries that name, and the handler dials the address.</summary>
    public Uri UriOf(string pathAndQuery)
    {
        var root = Address.BaseUri;
        if (serverName is not null && root.Scheme == Uri.UriSchemeHttps)
        {
            root = new UriBuilder(root) { Host = serverName }.Uri;
        }

        return new Uri(root, pathAndQuery);
    }

    /// <summary>A call succeeded.</summary>
    public void Succeeded() => Volatile.Write(ref _failures, 0);

    /// <summary>A session with it failed.</summary>
    public void Failed() => Interlocked.Increment(ref _failures);

    /// <inheritdoc />
    public void Dispose() => Invoker.Dispose();
}
