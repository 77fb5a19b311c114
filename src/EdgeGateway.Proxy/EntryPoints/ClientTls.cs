using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace EdgeGateway.Proxy.EntryPoints;

/// <summary>TLS towards a client, with what the check of its certificate has to tell: one callback serves all connections, it knows this object only.</summary>
internal sealed class ClientTls(ClientStream inner) : SslStream(inner, leaveInnerStreamOpen: false)
{
    private byte[][]? _sentBeside;
    private byte _refusal;

    /// <summary>Certificates of the client: its own, then the others that it sent, each as DER; empty without one.</summary>
    public byte[][] ClientCertificates => RemoteCertificate is { } own ? [own.GetRawCertData(), .. _sentBeside ?? []] : [];

    /// <summary>
    /// Tells the client why it is refused, where that is still possible: the library cannot be told to send an alert. In TLS 1.2 our last
    /// flight was held back until the certificate was checked, so a plain record still fits; in 1.3 the connection just ends.
    /// </summary>
    public ValueTask RefuseAsync() => _refusal > 0 ? inner.RefuseAsync(_refusal) : ValueTask.CompletedTask;

    /// <summary>Sends what was held back for the check.</summary>
    public ValueTask AcceptAsync() => inner.ReleaseAsync();

    /// <summary>Notes the outcome of a check; gives it back.</summary>
    /// <param name="accepted">The client may go on.</param>
    /// <param name="certificate">What it showed.</param>
    /// <param name="chain">Holds what else it sent.</param>
    /// <param name="errors">What is wrong with it.</param>
    public bool Checked(bool accepted, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (!accepted)
        {
            const byte handshakeFailure = 40, badCertificate = 42, certificateExpired = 45, unknownAuthority = 48;
            _refusal = certificate is null ? handshakeFailure
                : errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) && chain is not null
                    ? Has(chain, X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain) ? unknownAuthority
                        : Has(chain, X509ChainStatusFlags.NotTimeValid) ? certificateExpired : badCertificate
                    : badCertificate;
        }
        else if (chain?.ChainPolicy.ExtraStore is { Count: > 0 } sent)
        {
            var own = certificate!.GetRawCertData();
            _sentBeside = [.. sent.Select(static c => c.RawData).Where(raw => !raw.AsSpan().SequenceEqual(own))];
        }

        return accepted;
    }

    private static bool Has(X509Chain chain, X509ChainStatusFlags flags) => Array.Exists(chain.ChainStatus, status => (status.Status & flags) != 0);
}
