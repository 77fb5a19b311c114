using Xunit;

namespace EdgeGateway.Proxy.Tests.Forwarding;

/// <summary>Tests that look at the memory of the whole process, in which nothing else may run meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MeasuredAlone
{
    public const string Name = "measured alone";
}
