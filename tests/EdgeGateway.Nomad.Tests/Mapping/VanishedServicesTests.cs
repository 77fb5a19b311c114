using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Nomad.Mapping;
using Xunit;

namespace EdgeGateway.Nomad.Tests.Mapping;

public sealed class VanishedServicesTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(20);

    private readonly ManualClock _clock = new();
    private readonly InstanceMapper _mapper;

    public VanishedServicesTests() => _mapper = new(new(), _clock);

    [Fact]
    public void A_service_whose_last_instance_went_keeps_its_routers_without_servers_until_the_grace_time_is_over()
    {
        var before = _mapper.Map([Web("1"), Web("2"), Other()]);
        Assert.Null(_mapper.Due);

        var gone = _mapper.Map([Other()]);

        Assert.Same(before.Configuration.Http.Routers["web"], gone.Configuration.Http.Routers["web"]);
        Assert.Empty(gone.Configuration.Http.Services["web"].LoadBalancer!.Servers);
        Assert.Equal(["m"], gone.Configuration.Http.Middlewares.Keys);
        Assert.Contains(gone.Problems, static p => p.Code == "EG-NOMAD-GONE" && p.Location.Text == "namespace default, job job, service web");
        Assert.Equal(Grace, _mapper.Due);

        _clock.Advance(Grace / 2);
        Assert.Same(gone.Configuration, _mapper.Map([Other()]).Configuration);
        Assert.Equal(Grace / 2, _mapper.Due);

        _clock.Advance(Grace / 2);
        var over = _mapper.Map([Other()]);
        Assert.Equal(["other"], over.Configuration.Http.Routers.Keys);
        Assert.Empty(over.Problems);
        Assert.Null(_mapper.Due);
    }

    [Fact]
    public void An_instance_that_comes_back_ends_it()
    {
        _mapper.Map([Web("1")]);
        _mapper.Map([]);

        var back = _mapper.Map([Web("2")]);

        Assert.Equal("http://10.0.0.2:8000", Assert.Single(back.Configuration.Http.Services["web"].LoadBalancer!.Servers).Url);
        Assert.Empty(back.Problems);
        Assert.Null(_mapper.Due);
    }

    [Fact]
    public void What_living_instances_declare_comes_first()
    {
        _mapper.Map([Web("1")]);

        var mapping = _mapper.Map([Instance("9", "web-green", "traefik.http.routers.web.rule=Host(`green`)")]);

        Assert.Equal("Host(`green`)", mapping.Configuration.Http.Routers["web"].Rule);
        Assert.DoesNotContain(mapping.Problems, static p => p.Code == "EG-NOMAD-CONFLICT");
        Assert.Empty(mapping.Configuration.Http.Services["web"].LoadBalancer!.Servers);
    }

    [Fact]
    public void A_service_that_is_switched_off_by_its_tags_goes_at_once()
    {
        _mapper.Map([Web("1")]);

        Assert.Empty(_mapper.Map([Instance("1", "web", "traefik.enable=false")]).Configuration.Http.Routers);
    }

    private static NomadInstance Other() => Instance("7", "other");

    private static NomadInstance Web(string id) => Instance(id, "web",
        "traefik.http.routers.web.rule=Host(`a`)", "traefik.http.routers.web.middlewares=m", "traefik.http.middlewares.m.addprefix.prefix=/x");

    private static NomadInstance Instance(string id, string service, params string[] tags) =>
        new(id, service, "default", "n1", "dc1", "job", $"alloc-{id}", $"10.0.0.{id}", 8000, tags.ToConfigList(), 1, 1);
}
