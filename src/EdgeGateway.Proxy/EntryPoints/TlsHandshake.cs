using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using EdgeGateway.Proxy.Tls;
using EdgeGateway.Proxy.Tls.Options;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>
/// The TLS handshakes of an entry point: certificate by the name in the hello, at most ten seconds, and of what fails one line at
/// debug level and a count by reason.
/// </summary>
internal sealed partial class TlsHandshake(string entryPoint, CertificateStore certificates, HandshakeFaults faults, TimeProvider time, ILogger log)
{
    // Peers of a public port are slow, not that slow; net/http bounds the handshake by readTimeout only (design: 10 s).
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Runs one.</summary>
    /// <param name="connection">Learns version, cipher, protocol and client certificates, or why there are none.</param>
    /// <param name="opening">What was read so far: the hello is still in it.</param>
    /// <param name="hello">As parsed.</param>
    /// <param name="entry">The options that go with the name.</param>
    /// <param name="forRelay">The bytes go to a relay and not to the HTTP engine.</param>
    /// <returns>Null when it failed: the connection is to be closed.</returns>
    public async Task<SslStream?> RunAsync(Connection connection, ClientOpening opening, ClientHello hello, TlsOptionsEntry entry, bool forRelay)
    {
        if (connection.End != ConnectionEnd.Open)
        {
            return null;
        }

        connection.IsTls = true;
        Volatile.Write(ref connection.Deadline, time.GetTimestamp() + time.Ticks(Limit));

        // Broken options: the connection is closed rather than served with others (dynamic-config §6.3).
        if (entry.Model is not { } chosen)
        {
            faults.CountRefusal();
            connection.SetEnd(ConnectionEnd.HandshakeFailed);
            return null;
        }

        connection.TlsOptions = entry.Name;
        if (certificates.OptionsFor(hello.ServerName, connection.Local.Address, chosen) is not { } options)
        {
            faults.CountUnknownName();
            await opening.RefuseNameAsync();
            connection.SetEnd(ConnectionEnd.HandshakeFailed);
            LogFailed(log, entryPoint, connection.PeerAddressText, connection.Sni, connection.End, "no certificate for this name, and sniStrict is on");
            return null;
        }

        // The key exchange and the signature are the costly part of a handshake and come first: not on the I/O thread.
        await Task.Yield();
        var tls = opening.OpenTls(waitsWithoutBuffer: forRelay, holdsLastFlight: options.ClientCertificateRequired);
        try
        {
            await tls.AuthenticateAsServerAsync(options);
            connection.TlsVersion = tls.SslProtocol;
            connection.TlsCipher = tls.NegotiatedCipherSuite;
            if (options.ClientCertificateRequired)
            {
                await tls.AcceptAsync();
                connection.ClientCertificates = tls.ClientCertificates;
            }

            var protocol = tls.NegotiatedApplicationProtocol;
            connection.Alpn = protocol == SslApplicationProtocol.Http2 ? "h2"
                : protocol == SslApplicationProtocol.Http11 ? "http/1.1"
                : protocol.Protocol.IsEmpty ? null : protocol.ToString();
            return tls;
        }
        catch (Exception error) when (error is AuthenticationException or IOException or SocketException or ObjectDisposedException
            or InvalidOperationException)
        {
            if (connection.End == ConnectionEnd.HandshakeTimeout)
            {
                faults.CountTimeout();
            }
            else if (error is AuthenticationException)
            {
                faults.CountRefusal();
                await RefuseAsync(tls);
            }
            else
            {
                faults.CountDeparture();
            }

            connection.SetEnd(ConnectionEnd.HandshakeFailed);
            LogFailed(log, entryPoint, connection.PeerAddressText, connection.Sni, connection.End, error.InnerException?.Message ?? error.Message);
            await tls.DisposeAsync();
            return null;
        }
    }

    private static async ValueTask RefuseAsync(ClientTls tls)
    {
        try
        {
            await tls.RefuseAsync();
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // It left without waiting for the reason.
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "TLS handshake failed: entry point {EntryPoint}, client {Client}, name {Sni}, {End}: {Reason}")]
    private static partial void LogFailed(ILogger log, string entryPoint, string client, string? sni, ConnectionEnd end, string reason);
}
