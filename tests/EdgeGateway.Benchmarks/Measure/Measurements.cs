using System.Globalization;

namespace EdgeGateway.Benchmarks.Measure;

/// <summary>The measurements that are no benchmarks of one method.</summary>
internal static class Measurements
{
    public static Task<int> RunAsync(string[] args)
    {
        var services = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 10_000;
        switch (args.FirstOrDefault())
        {
            case "reload":
                ReloadMeasurement.Run(services);
                return Task.FromResult(0);
            case "gateway":
                return GatewayMeasurement.RunAsync(services);
            default:
                Console.Error.WriteLine("measure reload|gateway [services]");
                return Task.FromResult(2);
        }
    }
}
