namespace EdgeGateway.Nomad;

/// <summary>The shorter and the longer of two times.</summary>
internal static class Durations
{
    public static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    public static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
