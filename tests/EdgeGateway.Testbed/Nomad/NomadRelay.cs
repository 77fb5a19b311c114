using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace EdgeGateway.Testbed.Nomad;

/// <summary>Puts a unix socket, or TLS with a client certificate, in front of the embedded Nomad.</summary>
public sealed class NomadRelay : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly SslServerAuthenticationOptions? _tls;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    private NomadRelay(Socket listener, SslServerAuthenticationOptions? tls)
    {
        (_listener, _tls) = (listener, tls);
        _listener.Listen(64);
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>URL of the server behind it; connections before it is set are closed.</summary>
    public string? Target { get; set; }

    /// <summary>Connections so far.</summary>
    public int Connections { get; private set; }

    /// <summary>SNI of the handshakes.</summary>
    public List<string> Names { get; } = [];

    public static NomadRelay OnSocket(string path)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        return new NomadRelay(listener, null);
    }

    public static NomadRelay OnTls(X509Certificate2 certificate, X509Certificate2 clientRoot)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(clientRoot);
        return new NomadRelay(listener, new SslServerAuthenticationOptions
        {
            ServerCertificate = certificate, ClientCertificateRequired = true, CertificateChainPolicy = policy,
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await _listener.AcceptAsync(_stop.Token);
            Connections++;
            _ = RelayAsync(client);
        }
    }

    private async Task RelayAsync(Socket client)
    {
        try
        {
            await using Stream plain = new NetworkStream(client, ownsSocket: true);
            if (Target is null)
            {
                return;
            }

            var target = new Uri(Target);
            using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await server.ConnectAsync(target.Host, target.Port, _stop.Token);
            await using Stream to = new NetworkStream(server);
            var from = plain;
            if (_tls is not null)
            {
                var secure = new SslStream(plain);
                await secure.AuthenticateAsServerAsync(_tls, _stop.Token);
                lock (Names)
                {
                    Names.Add(secure.TargetHostName);
                }

                from = secure;
            }

            await Task.WhenAny(from.CopyToAsync(to, _stop.Token), to.CopyToAsync(from, _stop.Token));
        }
        catch (Exception error) when (error is IOException or SocketException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
        {
            // An end that a test wanted.
        }
    }
}
