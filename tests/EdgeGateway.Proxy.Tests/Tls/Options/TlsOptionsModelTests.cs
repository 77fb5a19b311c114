using System.Net.Security;
using System.Security.Authentication;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Tls.Options;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Tls.Options;

public sealed class TlsOptionsModelTests
{
    [Fact]
    public void Without_settings_it_is_TLS_1_2_and_1_3_with_h2_and_http11()
    {
        var model = Made(new());
        Assert.Equal(SslProtocols.Tls12 | SslProtocols.Tls13, model.Protocols);
        Assert.Equal(["h2", "http/1.1"], model.ApplicationProtocols.Select(static p => p.ToString()));
        Assert.Null(model.Ciphers);
        Assert.Equal(ClientAuthentication.None, model.ClientAuthentication);
    }

    [Theory]
    [InlineData("VersionTLS13", null, SslProtocols.Tls13)]
    [InlineData(null, "VersionTLS12", SslProtocols.Tls12)]
    [InlineData("nonsense", null, SslProtocols.Tls12 | SslProtocols.Tls13)]
    public void Versions_are_named_as_in_Go(string? min, string? max, SslProtocols expected) =>
        Assert.Equal(expected, Made(new() { MinVersion = min, MaxVersion = max }).Protocols);

    [Theory]
    [InlineData("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305", TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256)]
    [InlineData("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", TlsCipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256)]
    [InlineData("ECDHE-ECDSA-AES256-GCM-SHA384", TlsCipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384)]
    public void Both_spellings_of_suites_are_known_and_TLS_1_3_stays(string name, TlsCipherSuite suite)
    {
        var suites = Made(new() { CipherSuites = [name] }).Ciphers!.AllowedCipherSuites.ToList();
        Assert.Contains(suite, suites);
        Assert.Contains(TlsCipherSuite.TLS_AES_128_GCM_SHA256, suites);
        Assert.Equal(4, suites.Count);
    }

    public static TheoryData<string, TlsOptionsConfig> Wrong => new()
    {
        { "invalid CipherSuite: NOPE", new() { CipherSuites = ["NOPE"] } },
        { "invalid CurveID in curvePreferences: NOPE", new() { CurvePreferences = ["NOPE"] } },
        { "minVersion is above maxVersion", new() { MinVersion = "VersionTLS13", MaxVersion = "VersionTLS12" } },
        { "unknown client auth type \"Nope\"", new() { ClientAuth = new() { ClientAuthType = "Nope" } } },
        { "invalid clientAuthType: RequireAndVerifyClientCert, CAFiles is required", new() { ClientAuth = new() { ClientAuthType = "RequireAndVerifyClientCert" } } },
        { "/none.crt", new() { ClientAuth = new() { CaFiles = ["/none.crt"] } } },
        { "no certificate in it", new() { ClientAuth = new() { CaFiles = ["-----BEGIN NOTHING-----\n-----END NOTHING-----"] } } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_is_wrong_is_named(string expected, TlsOptionsConfig config)
    {
        Assert.False(TlsOptionsModel.TryCreate("x@file", config, out _, out var error));
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    private static TlsOptionsModel Made(TlsOptionsConfig config)
    {
        Assert.True(TlsOptionsModel.TryCreate("x@file", config, out var model, out var error), error);
        return model!;
    }
}
