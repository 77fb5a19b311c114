using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Snapshots;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Snapshots.Services;

/// <summary>Services that refer to other services and to middlewares: errors, order, what is made anew and what stays.</summary>
public sealed class ServiceLinkerTests : IDisposable
{
    private static readonly HttpServiceConfig Leaf = new() { LoadBalancer = new() { Servers = [new() { Url = "http://127.0.0.1:1" }] } };

    private readonly CompilerStage _stage = new(["web"], ["web"]);
    private readonly Dictionary<string, HttpServiceConfig> _services = [];
    private readonly Dictionary<string, MiddlewareConfig> _middlewares = [];
    private readonly Dictionary<string, HttpRouterConfig> _routers = [];

    [Fact]
    public void A_service_stands_in_front_of_others_whatever_their_names_order()
    {
        _services["a"] = Weighted("z");
        _services["m"] = Weighted("a", "z");
        _services["z"] = Leaf;
        Route("m");

        var report = Report();

        Assert.All(report.Services.Values, static s => Assert.Equal(ElementStatus.Enabled, s.Status));
        Assert.Equal(ElementStatus.Enabled, report.Routers["m@file"].Status);
        Assert.Equal(["m@file"], report.Services["m@file"].UsedBy);
        Assert.Empty(report.Services["z@file"].UsedBy);
    }

    [Fact]
    public void A_missing_member_costs_what_stands_in_front_of_it_until_it_comes()
    {
        _services["w"] = Weighted("leaf", "lea");
        _services["top"] = Weighted("w");
        _services["leaf"] = Leaf;
        Route("top");
        Route("leaf");

        var report = Report();
        Assert.Equal("the service \"lea@file\" does not exist; did you mean \"leaf@file\"?", Assert.Single(report.Services["w@file"].Errors));
        Assert.Equal(ElementStatus.Disabled, report.Services["top@file"].Status);
        Assert.Contains("the service \"lea@file\" does not exist", Assert.Single(report.Routers["top@file"].Errors), StringComparison.Ordinal);
        Assert.Equal(ElementStatus.Enabled, report.Routers["leaf@file"].Status);

        _services["lea"] = Leaf;
        Assert.Equal(ElementStatus.Enabled, Report().Routers["top@file"].Status);

        _services.Remove("lea");
        Assert.Equal(ElementStatus.Disabled, Report().Routers["top@file"].Status);
    }

    [Fact]
    public void A_circle_is_refused_and_healed()
    {
        _services["a"] = Weighted("b");
        _services["b"] = Weighted("c");
        _services["c"] = Weighted("a");
        _services["self"] = Weighted("self");
        _services["beside"] = Leaf;
        Route("a");
        Route("beside");

        var report = Report();
        Assert.All((string[])["a@file", "b@file", "c@file"], name => Assert.Contains("recursion detected in service:", Assert.Single(report.Services[name].Errors), StringComparison.Ordinal));
        Assert.Equal(
            "could not instantiate service self@file: recursion detected in service:self@file->service:self@file", Assert.Single(report.Services["self@file"].Errors));
        Assert.Equal(ElementStatus.Enabled, report.Routers["beside@file"].Status);

        _services["c"] = Leaf;
        Assert.Equal(ElementStatus.Enabled, Report().Routers["a@file"].Status);
    }

    [Fact]
    public void Only_what_stands_in_front_of_a_change_is_made_anew()
    {
        _services["w"] = Weighted("x");
        _services["x"] = Leaf;
        _services["other"] = Weighted("y");
        _services["y"] = Leaf;
        Route("w");
        Route("other");
        var before = Models();

        _services["x"] = new() { LoadBalancer = Leaf.LoadBalancer! with { PassHostHeader = false } };
        var after = Models();

        Assert.NotSame(before["w@file"], after["w@file"]);
        Assert.Same(before["other@file"], after["other@file"]);
    }

    [Fact]
    public void Servers_that_come_and_go_below_make_nothing_anew()
    {
        _services["w"] = Weighted("x");
        _services["x"] = Leaf;
        Route("w");
        var before = Models();

        _services["x"] = new() { LoadBalancer = Leaf.LoadBalancer! with { Servers = [new() { Url = "http://127.0.0.1:2" }] } };

        Assert.Same(before["w@file"], Models()["w@file"]);
    }

    [Fact]
    public void A_service_runs_its_middlewares_and_follows_their_changes()
    {
        _services["s"] = Leaf with { Middlewares = ["m"] };
        _services["w"] = Weighted("s");
        Route("w");
        Assert.Contains("middleware \"m@file\" does not exist", Assert.Single(Report().Routers["w@file"].Errors), StringComparison.Ordinal);

        _middlewares["m"] = new() { AddPrefix = new() { Prefix = "/a" } };
        Assert.Equal(ElementStatus.Enabled, Report().Routers["w@file"].Status);
        var before = Models();
        _middlewares["m"] = new() { AddPrefix = new() { Prefix = "/b" } };
        Assert.NotSame(before["w@file"], Models()["w@file"]);

        _middlewares["m"] = new() { AddPrefix = new() };
        Assert.Equal(ElementStatus.Disabled, Report().Services["s@file"].Status);
    }

    [Fact]
    public void Health_that_is_asked_for_and_not_there_is_an_error_that_names_the_member()
    {
        _services["s"] = Leaf;
        _services["w"] = new() { Weighted = new() { Services = [new() { Name = "s" }], HealthCheck = new() } };

        Assert.Equal(
            "cannot register s as updater for w@file: healthCheck not enabled in config for this loadbalancer service",
            Assert.Single(Report().Services["w@file"].Errors));
    }

    public void Dispose() => _stage.Dispose();

    private static HttpServiceConfig Weighted(params string[] members) =>
        new() { Weighted = new() { Services = [.. members.Select(static name => new WeightedServiceConfig { Name = name })] } };

    private void Route(string service) => _routers[service] = new() { Rule = $"Host(`{service}.test`)", Service = service };

    private DynamicConfiguration Configuration() =>
        new() { Http = new() { Routers = _routers.ToConfigMap(), Services = _services.ToConfigMap(), Middlewares = _middlewares.ToConfigMap() } };

    private ConfigurationReport Report() => _stage.Report(("file", Configuration()));

    private Dictionary<string, object> Models() => _stage.Compiler
        .Compile([new ProviderMessage("file", Configuration(), ConfigList<ConfigurationProblem>.Empty)])
        .EntryPoints["web"].Plain.Routers.ToDictionary(static router => router.Name, static router => (object)router.Pipeline.Service);
}
