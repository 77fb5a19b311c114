using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Nomad.Mapping;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace EdgeGateway.Nomad.Tests.Mapping;

public sealed class ChangingTableTests
{
    private static readonly string[][] Tags =
    [
        [],
        ["traefik.http.routers.r.rule=Host(`a.test`)"],
        ["traefik.http.routers.r.rule=Host(`b.test`)"],
        ["traefik.http.routers.r.rule=Host(`a.test`)", "traefik.http.middlewares.m.addprefix.prefix=/x"],
        ["traefik.http.routers.q.nonsense=1", "traefik.http.routers.q.rule=Host(`q.test`)"],
        ["traefik.enable=false"],
        ["traefik.tcp.routers.t.rule=HostSNI(`*`)", "traefik.tls.stores.default.defaultgeneratedcert.resolver=x"],
    ];

    [Property(MaxTest = 500)]
    public Property A_mapper_that_saw_every_change_says_what_one_says_that_sees_the_table_first()
    {
        // Each step sets, changes or removes one of twelve instances of four services; IDs that differ in one sign clash in Traefik's names.
        var change = Gen.Choose(0, 11).SelectMany(static id => Gen.Choose(-1, Tags.Length - 1).Select(tags => (id, tags)));
        return Prop.ForAll(change.ListOf(60).ToArbitrary(), static changes =>
        {
            var options = new InstanceMapperOptions { LastInstanceGrace = TimeSpan.Zero };
            var mapper = new InstanceMapper(options);
            var table = new SortedDictionary<(string, string), NomadInstance>();
            foreach (var (id, tags) in changes)
            {
                var key = ($"s{id % 4}", id == 11 ? "i.7" : id == 7 ? "i-7" : $"i{id}");
                if (tags < 0)
                {
                    table.Remove(key);
                }
                else
                {
                    table[key] = new(key.Item2, key.Item1, "default", "node", "dc1", $"job{id % 2}", $"alloc{id}", "10.0.0.1", 8000 + id, Tags[tags].ToConfigList(), (ulong)id + 1, 1);
                }

                var now = mapper.Map(table.Values.ToArray());
                var fresh = new InstanceMapper(options).Map(table.Values.ToArray());
                if (!now.Configuration.Equals(fresh.Configuration) || !now.Problems.Equals(fresh.Problems))
                {
                    return false;
                }

                if (!ReferenceEquals(now, mapper.Map(table.Values.ToArray())))
                {
                    return false;
                }
            }

            return true;
        });
    }
}
