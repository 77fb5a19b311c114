using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeGateway.Proxy.Tls;
using EdgeGateway.Proxy.Tls.Options;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Tls;

public sealed class CertificateStoreTests
{
    [Fact]
    public void Every_case_of_tlsCertificates_json_holds()
    {
        var suites = Corpus.Json("conformance/tlsCertificates.json").GetProperty("suites");
        var count = 0;
        foreach (var suite in suites.EnumerateArray())
        {
            foreach (var item in suite.GetProperty("cases").EnumerateArray())
            {
                count++;
                var name = item.GetProperty("name").GetString();
                var expect = item.GetProperty("expect");
                if (suite.GetProperty("name").GetString() == "matchDomain")
                {
                    Assert.True(expect.GetProperty("match").GetBoolean()
                        == DomainMatch.Matches(item.GetProperty("domain").GetString()!, item.GetProperty("certDomain").GetString()!), name);
                    continue;
                }

                var store = new CertificateStore();
                var upper = item.GetProperty("uppercaseCert").GetBoolean();
                foreach (var domain in item.GetProperty("certificates").EnumerateArray().Select(each => each.GetString()!))
                {
                    store.Set(domain, Pair(upper ? domain.ToUpperInvariant() : domain), []);
                }

                var found = store.Find(item.GetProperty("sni").GetString()!);
                var expected = expect.GetProperty("certificate").GetString();
                Assert.True(expected == found?.GetNameInfo(X509NameType.SimpleName, false).ToLowerInvariant(), name);
            }
        }

        Assert.Equal(17, count);
    }

    [Fact]
    public void The_key_that_sorts_last_wins_even_a_wildcard_over_an_exact_name()
    {
        var store = new CertificateStore();
        store.Set("exact", Pair("app.example.test"), []);
        store.Set("wild", Pair("*.example.test"), []);
        Assert.Equal("app.example.test", Name(store.Find("app.example.test"))); // "*" sorts before "a", so it is tried later
        store.Set("late", Pair("zz.example.test", "*.example.test"), []); // key "*.example.test,zz.example.test"
        Assert.Equal("app.example.test", Name(store.Find("app.example.test")));
        store.Set("later", Pair("zz.example.test", "zz.example.test", "app.example.test"), []); // key "app.example.test,zz.…"
        Assert.Equal("zz.example.test", Name(store.Find("app.example.test")));
    }

    [Fact]
    public void Of_two_with_the_same_names_the_first_is_kept_until_it_goes()
    {
        var store = new CertificateStore();
        var first = Pair("a.test");
        var second = Pair("a.test");
        store.Set("1", first, []);
        store.Set("2", second, []);
        Assert.Equal(first.Thumbprint, store.Find("a.test")!.Thumbprint);
        Assert.True(store.Remove("1"));
        Assert.False(store.Remove("1"));
        Assert.Equal(second.Thumbprint, store.Find("a.test")!.Thumbprint);
    }

    [Fact]
    public void A_new_pair_replaces_its_entry_and_leaves_the_options_of_the_others_alone()
    {
        var store = new CertificateStore();
        store.Set("a", Pair("a.test"), []);
        var renewed = Pair("b.test");
        store.Set("b", Pair("b.test"), []);
        var options = store.OptionsFor("a.test", IPAddress.Loopback, TlsOptionsModel.Default)!;
        store.Set("b", renewed, []);
        Assert.Equal(renewed.Thumbprint, store.Find("b.test")!.Thumbprint);
        Assert.Same(options, store.OptionsFor("a.test", IPAddress.Loopback, TlsOptionsModel.Default)!);
        var same = store.OptionsFor("b.test", IPAddress.Loopback, TlsOptionsModel.Default)!;
        store.Set("b", X509CertificateLoader.LoadPkcs12(renewed.Export(X509ContentType.Pkcs12), null), []);
        Assert.Same(same, store.OptionsFor("b.test", IPAddress.Loopback, TlsOptionsModel.Default)!);
    }

    [Fact]
    public void A_certificate_without_a_key_is_refused_and_the_old_one_stays()
    {
        var store = new CertificateStore();
        var good = Pair("a.test");
        store.Set("a", good, []);
        Assert.Throws<CryptographicException>(() => store.Set("a", X509CertificateLoader.LoadCertificate(Pair("a.test").RawData), []));
        Assert.Same(good, store.Find("a.test"));
    }

    [Fact]
    public void Without_a_server_name_the_local_address_counts()
    {
        var store = new CertificateStore();
        store.Set("ip", Pair("ip.test", "10.1.2.3"), []);
        Assert.Equal("ip.test", Name((X509Certificate2)store.OptionsFor(null, IPAddress.Parse("10.1.2.3"), TlsOptionsModel.Default)!.ServerCertificateContext!.TargetCertificate));
        Assert.Equal("TRAEFIK DEFAULT CERT", Name((X509Certificate2)store.OptionsFor(null, IPAddress.Loopback, TlsOptionsModel.Default)!.ServerCertificateContext!.TargetCertificate));
    }

    [Fact]
    public void The_default_certificate_looks_like_the_one_of_Traefik()
    {
        var now = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        using var certificate = DefaultCertificate.Create(new FixedTime(now));
        Assert.Equal("CN=TRAEFIK DEFAULT CERT", certificate.Subject);
        Assert.Matches("^[0-9a-f]{32}\\.[0-9a-f]{32}\\.traefik\\.default$",
            certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateDnsNames().Single());
        Assert.Equal(now.AddDays(365).UtcDateTime, certificate.NotAfter.ToUniversalTime());
    }

    [Fact]
    public void A_PEM_pair_keeps_leaf_and_chain_in_order()
    {
        var pair = PemPair.Parse(Corpus.Text("e2e/harness/certs/app.crt") + Corpus.Text("e2e/harness/certs/ca.crt"),
            Corpus.Text("e2e/harness/certs/app.key"));
        Assert.True(pair.Leaf.HasPrivateKey);
        Assert.Equal(pair.Leaf.Issuer, Assert.Single(pair.Chain).Subject);
    }

    internal static X509Certificate2 Pair(string common, params string[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={common}", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names.Length == 0 ? [common] : names)
        {
            if (IPAddress.TryParse(name, out var address))
            {
                alternatives.AddIpAddress(address);
            }
            else
            {
                alternatives.AddDnsName(name);
            }
        }

        request.CertificateExtensions.Add(alternatives.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static string? Name(X509Certificate2? certificate) => certificate?.GetNameInfo(X509NameType.SimpleName, false);

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
