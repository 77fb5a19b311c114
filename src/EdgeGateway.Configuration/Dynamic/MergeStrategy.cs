namespace EdgeGateway.Configuration.Dynamic;

/// <summary>What happens when two fragments define the same name.</summary>
public enum MergeStrategy
{
    /// <summary>Servers of one service are joined; of different definitions the version first seen last wins (Nomad).</summary>
    Merge,

    /// <summary>The first definition stays (several files of one folder).</summary>
    SkipDuplicates,
}
