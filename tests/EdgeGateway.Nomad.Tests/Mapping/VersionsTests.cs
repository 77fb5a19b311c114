using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Nomad.Mapping;
using Xunit;

namespace EdgeGateway.Nomad.Tests.Mapping;

public sealed class VersionsTests
{
    [Fact]
    public void A_restart_under_a_new_index_does_not_make_an_old_version_the_newest()
    {
        var mapper = new InstanceMapper(new());
        var old = Instance("1", 10, "job", "traefik.http.routers.r.rule=Host(`old`)");
        var next = Instance("2", 20, "job", "traefik.http.routers.r.rule=Host(`new`)");
        mapper.Map([old]);
        mapper.Map([old, next]);

        // The allocation restarts: same ID, new create index; in two steps, as the events come.
        mapper.Map([next]);
        var mapping = mapper.Map([old with { CreateIndex = 30, ModifyIndex = 30 }, next]);

        Assert.Equal("Host(`new`)", mapping.Configuration.Http.Routers["r"].Rule);
    }

    [Fact]
    public void A_conflict_names_the_jobs_and_where_each_definition_stands()
    {
        var mapping = new InstanceMapper(new()).Map(
        [
            Instance("1", 10, "shop", "traefik.http.routers.r.rule=Host(`a`)"),
            Instance("2", 20, "blog", "traefik.http.routers.r.rule=Host(`b`)"),
        ]);

        var problem = Assert.Single(mapping.Problems);
        Assert.Equal("HTTP router r is defined with different settings by the jobs blog and shop; that of blog is used, it was first seen last", problem.Message);
        Assert.Equal(
            "provider nomad, namespace default, job blog, service web, allocation alloc-2; not used: provider nomad, namespace default, job shop, service web, allocation alloc-1",
            problem.Location.Text);
    }

    [Fact]
    public void The_memory_of_indexes_is_bounded()
    {
        var indexes = new FirstSeenIndexes();
        for (var i = 0; i < 10_000; i++)
        {
            indexes.Gone($"{i}", indexes.Of(Instance($"{i}", (ulong)i + 5, "job")));
        }

        // The latest thousand are remembered, the first are not.
        Assert.Equal(10_004ul, indexes.Of(Instance("9999", 77_777, "job")));
        Assert.Equal(77_777ul, indexes.Of(Instance("0", 77_777, "job")));
    }

    private static NomadInstance Instance(string id, ulong index, string job, params string[] tags) =>
        new(id, "web", "default", "n1", "dc1", job, $"alloc-{id}", "10.0.0.1", 8000, tags.ToConfigList(), index, index);
}
