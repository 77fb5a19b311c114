namespace EdgeGateway.Proxy.Tls.Options;

/// <summary>What is asked of a client's certificate (<c>tls.options.*.clientAuth.clientAuthType</c>, Go's <c>tls.ClientAuthType</c>).</summary>
internal enum ClientAuthentication
{
    /// <summary>None is asked for.</summary>
    None,

    /// <summary>Asked for, not needed, not verified.</summary>
    Request,

    /// <summary>Needed, not verified.</summary>
    RequireAny,

    /// <summary>Asked for; verified if there is one.</summary>
    VerifyIfGiven,

    /// <summary>Needed and verified.</summary>
    RequireAndVerify,
}
