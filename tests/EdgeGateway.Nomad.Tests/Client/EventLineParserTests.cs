using System.Buffers;
using System.Text;
using EdgeGateway.Nomad.Client;
using FsCheck.Xunit;
using Xunit;

namespace EdgeGateway.Nomad.Tests.Client;

public sealed class EventLineParserTests
{
    private const string Good =
        """{"Events":[{"FilterKeys":["j","web"],"Index":7,"Key":"a","Namespace":"default","Payload":{"Service":{"Address":"fd00::1","ID":"a","Port":80,"ServiceName":"web","Tags":null,"CreateIndex":7,"ModifyIndex":7}},"Topic":"Service","Type":"TYPE"}],"Index":7}""";

    [Theory]
    [InlineData("ServiceRegistration", false)]
    [InlineData("ServiceDeregistration", true)]
    [InlineData("AllocationUpdated", true)]
    [InlineData("PlanResult", true)]
    [InlineData("WhateverComesNext", true)]
    public void Everything_but_a_registration_is_a_removal(string type, bool removed)
    {
        var batch = Parse(Good.Replace("TYPE", type, StringComparison.Ordinal));
        var told = Assert.Single(batch.Events);
        Assert.Equal(removed, told.Removed);
        Assert.Equal(7UL, told.Index);
        Assert.Empty(told.Instance.Tags);
        Assert.Equal("fd00::1", told.Instance.Address);
    }

    [Fact]
    public void A_heartbeat_says_nothing()
    {
        var batch = Parse("{}");
        Assert.Empty(batch.Events);
        Assert.Equal(0UL, batch.Index);
        Assert.False(batch.Vague);
    }

    [Theory]
    [InlineData("""{"Index":9}""")]
    [InlineData("""{"Index":9,"Events":[]}""")]
    [InlineData("""{"Index":9,"Events":[{"Topic":"Service","Type":"ServiceRegistration"}]}""")]
    [InlineData("""{"Index":9,"Events":[{"Topic":"Service","Type":"ServiceRegistration","Payload":{"Service":{"ID":""}}}]}""")]
    public void A_line_that_tells_of_a_change_without_saying_which_is_vague(string line)
    {
        var batch = Parse(line);
        Assert.True(batch.Vague);
        Assert.Equal(9UL, batch.Index);
    }

    [Fact]
    public void Other_topics_only_move_the_index() =>
        Assert.Empty(Parse("""{"Index":9,"Events":[{"Topic":"Node","Type":"NodeRegistration","Payload":{"Node":{}}},null]}""").Events);

    [Theory]
    [InlineData("Permission denied")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{"Index":-1}""")]
    public void Text_that_is_no_event_is_a_fault_of_its_own_kind(string line) =>
        Assert.Equal(NomadFault.Malformed, Assert.Throws<NomadException>(() => Parse(line)).Fault);

    [Property(MaxTest = 500)]
    public bool Any_bytes_are_either_understood_or_refused(byte[] bytes) => Survives(bytes);

    [Property(MaxTest = 500)]
    public bool Any_damage_to_a_good_line_is_either_understood_or_refused(ushort at, byte put)
    {
        var bytes = Encoding.UTF8.GetBytes(Good);
        bytes[at % bytes.Length] = put;
        return Survives(bytes) && Survives(bytes[..(at % bytes.Length)]);
    }

    private static bool Survives(byte[] bytes)
    {
        try
        {
            EventLineParser.Parse(new ReadOnlySequence<byte>(bytes), new EventBatch());
        }
        catch (NomadException)
        {
            return true;
        }

        return true;
    }

    private static EventBatch Parse(string line)
    {
        var batch = new EventBatch();
        EventLineParser.Parse(new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(line)), batch);
        return batch;
    }
}
