using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace EdgeGateway.Proxy.EntryPoints.Engine;

/// <summary>A connection as Kestrel sees it: our pipe, and what the TLS handshake found out when there was one.</summary>
internal sealed class EngineConnection : ConnectionContext, IConnectionControl, ITlsConnectionFeature, ITlsHandshakeFeature,
    ITlsApplicationProtocolFeature, IMemoryPoolFeature
{
    private readonly ClientPipe _pipe;
    private readonly Connection _connection;
    private readonly SslStream? _tls;
    private readonly TimeProvider _time;
    private readonly Action<Connection> _ended;
    private IDictionary<object, object?>? _items;

    public EngineConnection(ClientPipe pipe, Connection connection, SslStream? tls, TimeProvider time, Action<Connection> ended)
    {
        _pipe = pipe;
        _connection = connection;
        _tls = tls;
        _time = time;
        _ended = ended;
        Transport = pipe;
        ConnectionId = connection.Id;
        ConnectionClosed = pipe.Closed;
        LocalEndPoint = connection.Local;
        RemoteEndPoint = connection.Peer;
        Features.Set(connection);
        Features.Set<IMemoryPoolFeature>(this);
        if (tls is not null)
        {
            Features.Set<ITlsConnectionFeature>(this);
            Features.Set<ITlsHandshakeFeature>(this);
            Features.Set<ITlsApplicationProtocolFeature>(this);
        }
    }

    /// <inheritdoc />
    public override string ConnectionId { get; set; }

    /// <inheritdoc />
    public override IFeatureCollection Features { get; } = new FeatureCollection(8);

    /// <inheritdoc />
    public override IDictionary<object, object?> Items
    {
        get => _items ??= new ConnectionItems();
        set => _items = value;
    }

    /// <inheritdoc />
    public override IDuplexPipe Transport { get; set; }

    /// <inheritdoc />
    public override CancellationToken ConnectionClosed { get; set; }

    /// <inheritdoc />
    public override EndPoint? LocalEndPoint { get; set; }

    /// <inheritdoc />
    public override EndPoint? RemoteEndPoint { get; set; }

    MemoryPool<byte> IMemoryPoolFeature.MemoryPool => BlockPool.Instance;

    X509Certificate2? ITlsConnectionFeature.ClientCertificate
    {
        get => _tls?.RemoteCertificate as X509Certificate2;
        set => throw new NotSupportedException();
    }

    ReadOnlyMemory<byte> ITlsApplicationProtocolFeature.ApplicationProtocol => _tls!.NegotiatedApplicationProtocol.Protocol;

    SslProtocols ITlsHandshakeFeature.Protocol => _connection.TlsVersion;

    TlsCipherSuite? ITlsHandshakeFeature.NegotiatedCipherSuite => _connection.TlsCipher;

    string ITlsHandshakeFeature.HostName => _connection.Sni ?? "";

#pragma warning disable SYSLIB0058 // The interface still asks for them; the cipher suite above says it all.
    CipherAlgorithmType ITlsHandshakeFeature.CipherAlgorithm => CipherAlgorithmType.None;

    int ITlsHandshakeFeature.CipherStrength => 0;

    HashAlgorithmType ITlsHandshakeFeature.HashAlgorithm => HashAlgorithmType.None;

    int ITlsHandshakeFeature.HashStrength => 0;

    ExchangeAlgorithmType ITlsHandshakeFeature.KeyExchangeAlgorithm => ExchangeAlgorithmType.None;

    int ITlsHandshakeFeature.KeyExchangeStrength => 0;
#pragma warning restore SYSLIB0058

    Task<X509Certificate2?> ITlsConnectionFeature.GetClientCertificateAsync(CancellationToken cancellationToken) =>
        Task.FromResult(((ITlsConnectionFeature)this).ClientCertificate);

    /// <inheritdoc />
    public void RequestClose() => Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();

    /// <inheritdoc />
    public void Abort(ConnectionEnd end) => _pipe.Abort(end);

    /// <inheritdoc />
    public override void Abort(ConnectionAbortedException abortReason) => _pipe.Abort(ConnectionEnd.Aborted);

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        await _pipe.CloseAsync(_time);
        _ended(_connection);
        await base.DisposeAsync();
    }
}
