namespace EdgeGateway.Proxy.Middlewares.PassTLSClientCert;

/// <summary>What one filter made of the client certificates of one connection.</summary>
/// <param name="Owner">The filter.</param>
/// <param name="Pem">Value of the header with whole certificates; null when it is not asked for.</param>
/// <param name="Info">Value of the header with parts; null when it is not asked for.</param>
internal sealed record ClientCertificateText(object Owner, string? Pem, string? Info);
