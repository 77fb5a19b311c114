using System.Reflection;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using Xunit;

namespace EdgeGateway.Configuration.Tests.Dynamic;

public sealed class DynamicTypesTests
{
    private static readonly SourceLocation Here = new("test");

    /// <summary>Every record with a descriptor; reflection is the test's, not the product's.</summary>
    public static TheoryData<Type> Records => new(typeof(DynamicConfiguration).Assembly.GetTypes()
        .Where(static type => type.Namespace == typeof(DynamicConfiguration).Namespace && type.GetProperty("Type", BindingFlags.Public | BindingFlags.Static) is not null));

    [Fact]
    public void Every_record_of_the_schema_has_a_descriptor()
    {
        var without = typeof(DynamicConfiguration).Assembly.GetTypes()
            .Where(static type => type.Namespace == typeof(DynamicConfiguration).Namespace && type.Name.EndsWith("Config", StringComparison.Ordinal))
            .Where(static type => type.GetProperty("Type", BindingFlags.Public | BindingFlags.Static) is null);

        Assert.Empty(without);
        Assert.True(Records.Count > 70);
    }

    [Theory]
    [MemberData(nameof(Records))]
    public void An_empty_object_gives_the_documented_defaults(Type record)
    {
        typeof(DynamicTypesTests).GetMethod(nameof(CheckDefaults), BindingFlags.Static | BindingFlags.NonPublic)!
            .MakeGenericMethod(record).Invoke(null, null);
    }

    [Theory]
    [MemberData(nameof(Records))]
    public void Every_property_is_bound_by_a_field_of_its_name(Type record)
    {
        var descriptor = (ConfigType)record.GetProperty("Type", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
        foreach (var property in record.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(static p => p.Name is not ("DefaultRule" or "EqualityContract")))
        {
            var isField = descriptor.FindChild(property.Name, ConfigSource.File) is not null || descriptor.FindChild(property.Name, ConfigSource.Tags) is not null
                || (property.Name == "Servers" && descriptor.FindChild("server", ConfigSource.Tags) is not null);
            Assert.True(isField, $"{record.Name}.{property.Name}");
        }
    }

    [Fact]
    public void Defaults_are_those_of_the_reference()
    {
        Assert.Equal(("wrr", true, TimeSpan.FromMilliseconds(100)), (Empty(LoadBalancerConfig.Type).Strategy, Empty(LoadBalancerConfig.Type).PassHostHeader, Empty(LoadBalancerConfig.Type).ResponseForwarding!.FlushInterval));
        Assert.Equal(("http", TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(5), true), (Empty(HealthCheckConfig.Type).Mode, Empty(HealthCheckConfig.Type).Interval, Empty(HealthCheckConfig.Type).Timeout, Empty(HealthCheckConfig.Type).FollowRedirects));
        Assert.Equal((TimeSpan.FromSeconds(1), 1), (Empty(RateLimitConfig.Type).Period, Empty(RateLimitConfig.Type).Burst));
        Assert.Equal((TimeSpan.FromSeconds(10), 1), (Empty(PassiveHealthCheckConfig.Type).FailureWindow, Empty(PassiveHealthCheckConfig.Type).MaxFailedAttempts));
        Assert.Equal("/", Empty(StickyCookieConfig.Type).Path);
        Assert.Equal(["gzip", "br", "zstd"], Empty(CompressConfig.Type).Encodings);
        Assert.Equal((2097152L, 0L), (Empty(RetryConfig.Type).MaxRequestBodyBytes, Empty(RetryConfig.Type).Attempts));
        Assert.Equal((TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10), 503L), (Empty(CircuitBreakerConfig.Type).CheckPeriod, Empty(CircuitBreakerConfig.Type).FallbackDuration, Empty(CircuitBreakerConfig.Type).RecoveryDuration, Empty(CircuitBreakerConfig.Type).ResponseCode));
        Assert.Equal((-1L, null), (Empty(ForwardAuthConfig.Type).MaxBodySize, Empty(ForwardAuthConfig.Type).MaxResponseBodySize));
        Assert.Equal((true, -1L), (Empty(MirroringConfig.Type).MirrorBody, Empty(MirroringConfig.Type).MaxBodySize));
        Assert.Equal(-1L, Empty(FailoverErrorsConfig.Type).MaxRequestBodyBytes);
        Assert.Equal(1L, Empty(WeightedServiceConfig.Type).Weight);
        Assert.Equal(2L, Empty(ProxyProtocolConfig.Type).Version);
        Assert.Equal((TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(5)), (Empty(TcpHealthCheckConfig.Type).Interval, Empty(TcpHealthCheckConfig.Type).Timeout));
        Assert.Equal((TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(15), TimeSpan.FromMilliseconds(100)), (Empty(TcpServersTransportConfig.Type).DialTimeout, Empty(TcpServersTransportConfig.Type).DialKeepAlive, Empty(TcpServersTransportConfig.Type).TerminationDelay));
        Assert.Equal((TimeSpan.FromSeconds(30), TimeSpan.Zero, TimeSpan.FromSeconds(90), TimeSpan.Zero, TimeSpan.FromSeconds(15)), (Empty(ForwardingTimeoutsConfig.Type).DialTimeout, Empty(ForwardingTimeoutsConfig.Type).ResponseHeaderTimeout, Empty(ForwardingTimeoutsConfig.Type).IdleConnTimeout, Empty(ForwardingTimeoutsConfig.Type).ReadIdleTimeout, Empty(ForwardingTimeoutsConfig.Type).PingTimeout));
        Assert.Equal(["h2", "http/1.1", "acme-tls/1"], Empty(TlsOptionsConfig.Type).AlpnProtocols);
        Assert.Equal((TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(5)), (Empty(RateLimitRedisConfig.Type).ReadTimeout, Empty(RateLimitRedisConfig.Type).WriteTimeout, Empty(RateLimitRedisConfig.Type).DialTimeout));
    }

    [Fact]
    public void The_option_list_names_every_path_with_its_default()
    {
        var options = DynamicConfiguration.Type.Describe("").ToDictionary(static option => option.Path);

        Assert.Equal("30s", options["http.services.<name>.loadBalancer.healthCheck.interval"].Default);
        Assert.Equal(ConfigKind.Duration, options["http.services.<name>.loadBalancer.healthCheck.interval"].Kind);
        Assert.Contains("http.routers.<name>.tls.domains[n].main", options.Keys);
        Assert.Equal(FieldOptions.AllowEmpty, options["http.routers.<name>.tls"].Options);
        Assert.True(options.Count > 300);
    }

    private static T Empty<T>(ConfigType<T> type)
        where T : class => type.Decode(new ConfigObject(Here), new DecodeContext(ConfigSource.File))!;

    private static void CheckDefaults<T>()
        where T : class, new()
    {
        var type = (ConfigType<T>)typeof(T).GetProperty("Type")!.GetValue(null)!;

        Assert.Equal(new T(), Empty(type));
        Assert.Equal(new T().GetHashCode(), Empty(type).GetHashCode());
    }
}
