using System.Globalization;
using System.Runtime.InteropServices;
using EdgeGateway.Testbed.Upstreams;

namespace EdgeGateway.Quickstart.Upstreams;

/// <summary>One instance of a service as a process of its own; prints a line when it listens, ends on SIGTERM or with its parent.</summary>
internal static class UpstreamProgram
{
    public static async Task<int> RunAsync(string kind, string name, int port)
    {
        await using var whoami = await Whoami.StartAsync(name, port);
        whoami.Handler = async http =>
        {
            // A process that is killed cannot be asked any more: each answer carries how many requests came so far.
            http.Response.Headers["X-Received"] = whoami.Requests.ToString(CultureInfo.InvariantCulture);
            if (kind != "hashicups")
            {
                return false;
            }

            http.Response.ContentType = "text/html; charset=utf-8";
            http.Response.Headers["X-Served-By"] = name;
            await http.Response.Body.WriteAsync(HashiCupsPage.Html);
            return true;
        };

        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            end.TrySetResult();
        }

        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);

        // Standard input closes when the parent dies, however it dies: no process is left behind.
        _ = Task.Run(async () =>
        {
            while (await Console.In.ReadLineAsync() is not null)
            {
            }

            end.TrySetResult();
        });
        Console.WriteLine($$"""{"port":"{{port}}"}""");
        await end.Task;
        return 0;
    }
}
