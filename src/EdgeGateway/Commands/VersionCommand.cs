using System.Reflection;
using System.Runtime.InteropServices;

namespace EdgeGateway.Commands;

/// <summary><c>edge-gateway version</c>.</summary>
internal static class VersionCommand
{
    /// <summary>Version of this build.</summary>
    public static string Version { get; } =
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";

    public static int Run()
    {
        Console.WriteLine($"Version:      {Version}");
        Console.WriteLine("Codename:     edge-gateway");
        Console.WriteLine($".NET version: {Environment.Version}");
        Console.WriteLine($"OS/Arch:      linux/{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}");
        return 0;
    }
}
