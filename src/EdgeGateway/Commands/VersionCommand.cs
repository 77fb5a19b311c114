using System.Reflection;
using System.Runtime.InteropServices;

namespace EdgeGateway.Commands;

/// <summary><c>edge-gateway version</c>.</summary>
internal static class VersionCommand
{
    /// <summary>Version of this build.</summary>
    public static string Version { get; } =
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";

    // The names that container images use.
    private static string Architecture => RuntimeInformation.ProcessArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        var other => other.ToString().ToLowerInvariant(),
    };

    public static int Run()
    {
        Console.WriteLine($"Version:      {Version}");
        Console.WriteLine("Codename:     edge-gateway");
        Console.WriteLine($".NET version: {Environment.Version}");
        Console.WriteLine($"OS/Arch:      linux/{Architecture}");
        return 0;
    }
}
