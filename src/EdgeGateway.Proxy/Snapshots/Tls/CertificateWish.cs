namespace EdgeGateway.Proxy.Snapshots.Tls;

/// <summary>A name that a router wants a certificate for.</summary>
/// <param name="Resolver">The certificate resolver that it names.</param>
/// <param name="Name"><c>main</c> of an entry of <c>tls.domains</c>, or without those a host of its rule; as written.</param>
public readonly record struct CertificateWish(string Resolver, string Name);
