using EdgeGateway.Quickstart.Processes;

namespace EdgeGateway.Quickstart;

/// <summary>What to open and what to type.</summary>
internal static class Guide
{
    public static void Print(LocalStack stack, TimeSpan? took)
    {
        var resolve = $"--resolve {stack.Name}:{stack.HttpsPort}:127.0.0.1 --cacert {stack.CaFile}";
        var url = $"https://{stack.Name}:{stack.HttpsPort}";
        Console.WriteLine($"""

            {(took is { } time ? $"Up after {time.TotalSeconds:0.0} s." : "Still up.")} Nomad and tailscaled are stand-ins from this repository: certificates come from a throw-away
            authority, names resolve only with --resolve. The gateway is the real executable, started as in the seed's job:
              {string.Join(' ', stack.GatewayFlags)}

              dashboard   http://127.0.0.1:{stack.AdminPort}/dashboard/
              raw data    http://127.0.0.1:{stack.AdminPort}/api/rawdata
              front page  curl {resolve} {url}/
              whoami      curl {resolve} {url}/whoami
              plain http  curl -i --resolve {stack.Name}:{stack.HttpPort}:127.0.0.1 http://{stack.Name}:{stack.HttpPort}/
              Nomad       curl {stack.NomadUrl}/v1/services

            """);
    }
}
