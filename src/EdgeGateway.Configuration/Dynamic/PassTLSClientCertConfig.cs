using EdgeGateway.Configuration.Sources;

namespace EdgeGateway.Configuration.Dynamic;

/// <summary><c>passTLSClientCert</c>.</summary>
public sealed record PassTLSClientCertConfig
{
    /// <summary>The whole certificate in <c>X-Forwarded-Tls-Client-Cert</c>.</summary>
    public bool Pem { get; init; }

    /// <summary>Parts of it in <c>X-Forwarded-Tls-Client-Cert-Info</c>.</summary>
    public ClientCertificateInfoConfig? Info { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<PassTLSClientCertConfig> Type { get; } = new ObjectType<PassTLSClientCertConfig>(static () => new())
        .Field("pem", ConfigTypes.Bool, static o => o.Pem, static (o, v) => o with { Pem = v })
        .Field("info", ClientCertificateInfoConfig.Type, static o => o.Info, static (o, v) => o with { Info = v });
}

/// <summary>Parts of a client certificate.</summary>
public sealed record ClientCertificateInfoConfig
{
    /// <summary>End of validity.</summary>
    public bool NotAfter { get; init; }

    /// <summary>Start of validity.</summary>
    public bool NotBefore { get; init; }

    /// <summary>Alternative names.</summary>
    public bool Sans { get; init; }

    /// <summary>Serial number.</summary>
    public bool SerialNumber { get; init; }

    /// <summary>Of the subject.</summary>
    public CertificateSubjectConfig? Subject { get; init; }

    /// <summary>Of the issuer.</summary>
    public CertificateIssuerConfig? Issuer { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<ClientCertificateInfoConfig> Type { get; } = new ObjectType<ClientCertificateInfoConfig>(static () => new())
        .Field("notAfter", ConfigTypes.Bool, static o => o.NotAfter, static (o, v) => o with { NotAfter = v })
        .Field("notBefore", ConfigTypes.Bool, static o => o.NotBefore, static (o, v) => o with { NotBefore = v })
        .Field("sans", ConfigTypes.Bool, static o => o.Sans, static (o, v) => o with { Sans = v })
        .Field("serialNumber", ConfigTypes.Bool, static o => o.SerialNumber, static (o, v) => o with { SerialNumber = v })
        .Field("subject", CertificateSubjectConfig.Type, static o => o.Subject, static (o, v) => o with { Subject = v })
        .Field("issuer", CertificateIssuerConfig.Type, static o => o.Issuer, static (o, v) => o with { Issuer = v });
}

/// <summary>Parts of a subject.</summary>
public sealed record CertificateSubjectConfig
{
    /// <summary>C.</summary>
    public bool Country { get; init; }

    /// <summary>ST.</summary>
    public bool Province { get; init; }

    /// <summary>L.</summary>
    public bool Locality { get; init; }

    /// <summary>O.</summary>
    public bool Organization { get; init; }

    /// <summary>OU.</summary>
    public bool OrganizationalUnit { get; init; }

    /// <summary>CN.</summary>
    public bool CommonName { get; init; }

    /// <summary>SN.</summary>
    public bool SerialNumber { get; init; }

    /// <summary>DC.</summary>
    public bool DomainComponent { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<CertificateSubjectConfig> Type { get; } = new ObjectType<CertificateSubjectConfig>(static () => new())
        .Field("country", ConfigTypes.Bool, static o => o.Country, static (o, v) => o with { Country = v })
        .Field("province", ConfigTypes.Bool, static o => o.Province, static (o, v) => o with { Province = v })
        .Field("locality", ConfigTypes.Bool, static o => o.Locality, static (o, v) => o with { Locality = v })
        .Field("organization", ConfigTypes.Bool, static o => o.Organization, static (o, v) => o with { Organization = v })
        .Field("organizationalUnit", ConfigTypes.Bool, static o => o.OrganizationalUnit, static (o, v) => o with { OrganizationalUnit = v })
        .Field("commonName", ConfigTypes.Bool, static o => o.CommonName, static (o, v) => o with { CommonName = v })
        .Field("serialNumber", ConfigTypes.Bool, static o => o.SerialNumber, static (o, v) => o with { SerialNumber = v })
        .Field("domainComponent", ConfigTypes.Bool, static o => o.DomainComponent, static (o, v) => o with { DomainComponent = v });
}

/// <summary>Parts of an issuer.</summary>
public sealed record CertificateIssuerConfig
{
    /// <summary>C.</summary>
    public bool Country { get; init; }

    /// <summary>ST.</summary>
    public bool Province { get; init; }

    /// <summary>L.</summary>
    public bool Locality { get; init; }

    /// <summary>O.</summary>
    public bool Organization { get; init; }

    /// <summary>CN.</summary>
    public bool CommonName { get; init; }

    /// <summary>SN.</summary>
    public bool SerialNumber { get; init; }

    /// <summary>DC.</summary>
    public bool DomainComponent { get; init; }

    /// <summary>How it is read and written.</summary>
    public static ObjectType<CertificateIssuerConfig> Type { get; } = new ObjectType<CertificateIssuerConfig>(static () => new())
        .Field("country", ConfigTypes.Bool, static o => o.Country, static (o, v) => o with { Country = v })
        .Field("province", ConfigTypes.Bool, static o => o.Province, static (o, v) => o with { Province = v })
        .Field("locality", ConfigTypes.Bool, static o => o.Locality, static (o, v) => o with { Locality = v })
        .Field("organization", ConfigTypes.Bool, static o => o.Organization, static (o, v) => o with { Organization = v })
        .Field("commonName", ConfigTypes.Bool, static o => o.CommonName, static (o, v) => o with { CommonName = v })
        .Field("serialNumber", ConfigTypes.Bool, static o => o.SerialNumber, static (o, v) => o with { SerialNumber = v })
        .Field("domainComponent", ConfigTypes.Bool, static o => o.DomainComponent, static (o, v) => o with { DomainComponent = v });
}
