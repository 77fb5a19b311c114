using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Forwarding;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Forwarding;

public sealed class TransportPoolTests
{
    [Fact]
    public void A_transport_whose_settings_stay_is_kept()
    {
        using var pool = new TransportPool(new());
        pool.Update(Configs(("a@file", new() { ServerName = "x" }), ("b@file", new())));
        var (standard, a, b) = (pool.Find(TransportPool.DefaultName), pool.Find("a@file"), pool.Find("b@file"));

        pool.Update(Configs(("a@file", new() { ServerName = "x" }), ("b@file", new() { InsecureSkipVerify = true })));

        Assert.Same(standard, pool.Find(TransportPool.DefaultName));
        Assert.Same(a, pool.Find("a@file"));
        Assert.NotSame(b, pool.Find("b@file"));
        pool.Update([]);
        Assert.Null(pool.Find("a@file"));
        Assert.NotNull(pool.Find(TransportPool.DefaultName));
    }

    [Theory]
    [InlineData("rootCAs")]
    [InlineData("minVersion")]
    [InlineData("certificates")]
    [InlineData("cipherSuites")]
    [InlineData("spiffe")]
    public void What_is_wrong_is_named_and_costs_that_transport_only(string option)
    {
        var wrong = option switch
        {
            "rootCAs" => new ServersTransportConfig { RootCAs = ["/no/such/file"] },
            "cipherSuites" => new() { CipherSuites = ["NOPE"] },
            "spiffe" => new() { Spiffe = new() },
            "minVersion" => new() { MinVersion = "VersionTLS99" },
            _ => new() { Certificates = [new() { CertFile = "/no/such/cert", KeyFile = "k" }] },
        };
        using var pool = new TransportPool(new());

        var errors = pool.Update(Configs(("bad@file", wrong), ("good@file", new())));

        Assert.Contains(option, errors["bad@file"], StringComparison.Ordinal);
        Assert.Null(pool.Find("bad@file"));
        Assert.NotNull(pool.Find("good@file"));
    }

    private static IEnumerable<KeyValuePair<string, ServersTransportConfig>> Configs(params (string Name, ServersTransportConfig Config)[] configs) =>
        configs.Select(static config => KeyValuePair.Create(config.Name, config.Config));
}
