using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Nomad.Client;
using EdgeGateway.Nomad.Watch;
using Xunit;

namespace EdgeGateway.Nomad.Tests.Watch;

public sealed class InstanceTableTests
{
    private readonly InstanceTable _table = new(TimeProvider.System, TimeSpan.FromMinutes(1));

    [Fact]
    public void An_unchanged_instance_keeps_its_object_over_snapshots_and_over_events_of_others()
    {
        _table.Apply(Snapshot(10, Instance("a", 5), Instance("b", 6)));
        var before = _table.ToArray();
        Assert.False(_table.Apply(Snapshot(20, Instance("a", 5), Instance("b", 6))));
        _table.Apply(Batch(21, false, Instance("c", 21)));
        Assert.Same(before[0], _table.ToArray()[0]);
        Assert.Same(before[1], _table.ToArray()[1]);
    }

    [Fact]
    public void A_replayed_event_does_not_bring_a_removed_instance_back()
    {
        _table.Apply(Snapshot(10, Instance("a", 5)));
        _table.Apply(Batch(11, true, Instance("a", 5)));
        Assert.False(_table.Apply(Batch(5, false, Instance("a", 5))).Changed);
        Assert.Equal(0, _table.Count);
    }

    [Fact]
    public void A_read_that_is_older_than_an_event_undoes_neither_a_registration_nor_a_removal()
    {
        _table.Apply(Snapshot(10, Instance("a", 5)));
        _table.Apply(Batch(11, true, Instance("a", 5)));
        _table.Apply(Batch(12, false, Instance("b", 12)));
        Assert.False(_table.Apply(Snapshot(10, Instance("a", 5))));
        Assert.Equal(["b"], _table.ToArray().Select(static i => i.Id));
    }

    [Fact]
    public void A_snapshot_removes_what_Nomad_does_not_list_any_more_but_not_a_name_that_could_not_be_read()
    {
        _table.Apply(Snapshot(10, Instance("a", 5), Instance("b", 6), Instance("u", 7, "unread")));
        Assert.True(_table.Apply(new NomadSnapshot(20, [new ReadService("web", 20, [Instance("a", 5)])], new HashSet<string> { "unread" })));
        Assert.Equal(["u", "a"], _table.ToArray().Select(static i => i.Id));
    }

    [Fact]
    public void Removal_and_registration_of_one_ID_in_one_batch_is_a_restart()
    {
        _table.Apply(Snapshot(10, Instance("a", 5)));
        Assert.Null(_table.ToArray()[0].StartedAt);
        var batch = Batch(11, true, Instance("a", 5));
        batch.Events.Add(new ServiceEvent(12, false, Instance("a", 12)));
        Assert.True(_table.Apply(batch).Changed);
        var instance = Assert.Single(_table.ToArray());
        Assert.Equal(1, instance.Restarts);
        Assert.NotNull(instance.StartedAt);
    }

    [Fact]
    public void A_restart_that_nobody_saw_is_known_by_its_new_create_index()
    {
        _table.Apply(Snapshot(10, Instance("a", 5)));
        _table.Apply(Snapshot(20, Instance("a", 15)));
        Assert.Equal(1, Assert.Single(_table.ToArray()).Restarts);
    }

    [Fact]
    public void A_change_of_tags_is_no_restart()
    {
        _table.Apply(Snapshot(10, Instance("a", 5)));
        Assert.True(_table.Apply(Batch(11, false, Instance("a", 5) with { Tags = ["x"], ModifyIndex = 11 })).Changed);
        var instance = Assert.Single(_table.ToArray());
        Assert.Equal(0, instance.Restarts);
        Assert.Equal(["x"], instance.Tags);
    }

    [Fact]
    public void An_event_that_shows_nothing_new_or_nothing_at_all_is_a_doubt()
    {
        _table.Apply(Snapshot(10, Instance("a", 5)));
        Assert.True(_table.Apply(Batch(11, false, Instance("a", 5) with { ModifyIndex = 11 })).Doubtful);
        Assert.True(_table.Apply(new EventBatch { Index = 12, Vague = true }).Doubtful);
        Assert.False(_table.Apply(Batch(13, false, Instance("b", 13))).Doubtful);
    }

    [Fact]
    public void After_the_state_was_replaced_lower_indexes_count()
    {
        _table.Apply(Snapshot(1000, Instance("a", 500), Instance("b", 600)));
        _table.BeginEpoch();
        Assert.True(_table.Apply(Snapshot(7, Instance("b", 3))));
        Assert.Equal("b", Assert.Single(_table.ToArray()).Id);
        Assert.True(_table.Apply(Batch(8, false, Instance("c", 8))).Changed);
        Assert.Equal(8UL, _table.Index);
    }

    [Fact]
    public void The_list_of_names_matches_when_names_and_tag_unions_are_equal_in_any_order()
    {
        _table.Apply(Snapshot(10, Instance("a", 5) with { Tags = ["x", "y"] }, Instance("b", 6) with { Tags = ["y", "z"] }));
        Assert.True(_table.Matches([new ServiceListing("default", "web", ["x", "y", "z"])]));
        Assert.False(_table.Matches([new ServiceListing("default", "web", ["x", "y"])]));
        Assert.False(_table.Matches([]));
        Assert.False(_table.Matches([new ServiceListing("default", "web", ["x", "y", "z"]), new ServiceListing("default", "api", [])]));
    }

    internal static NomadInstance Instance(string id, ulong index, string service = "web") =>
        new(id, service, "default", "node", "dc1", "job", "alloc-" + id, "127.0.0.1", 8080, ConfigList<string>.Empty, index, index);

    private static NomadSnapshot Snapshot(ulong index, params NomadInstance[] instances) => new(
        index, [.. instances.GroupBy(static i => i.ServiceName).Select(g => new ReadService(g.Key, index, [.. g]))], new HashSet<string>());

    private static EventBatch Batch(ulong index, bool removed, NomadInstance instance)
    {
        var batch = new EventBatch { Index = index };
        batch.Events.Add(new ServiceEvent(index, removed, instance));
        return batch;
    }
}
