using System.Globalization;
using System.Runtime.InteropServices;

namespace EdgeGateway.Testbed.Upstreams;

/// <summary>
/// <see cref="Whoami"/> or <see cref="HashiCups"/> as a process of its own:
/// <c>--port N --name X --kind whoami|hashicups --listen-after MS --close-after MS</c>. It may listen later than it is listed, and
/// close later than it is told to, as services of a cluster do.
/// </summary>
public static class WhoamiProgram
{
    /// <summary>Runs until SIGTERM or SIGINT; 0, or 2 when the arguments are wrong.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < args.Length; i += 2)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == args.Length)
            {
                await Console.Error.WriteLineAsync($"not an option with a value: {args[i]}");
                return 2;
            }

            options[args[i][2..]] = args[i + 1];
        }

        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            told.TrySetResult();
        }

        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        if (await Task.WhenAny(told.Task, Task.Delay(Number(options, "listen-after"))) == told.Task)
        {
            return 0;
        }

        var port = Number(options, "port");
        IAsyncDisposable server;
        if (options.GetValueOrDefault("kind") == "hashicups")
        {
            var cups = await HashiCups.StartAsync(port);
            (server, port) = (cups, cups.Port);
        }
        else
        {
            var whoami = await Whoami.StartAsync(options.GetValueOrDefault("name", "whoami"), port);
            (server, port) = (whoami, whoami.Port);
        }

        await using (server)
        {
            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"listens on {port}"));
            await told.Task;
            await Task.Delay(Number(options, "close-after"));
        }

        return 0;
    }

    private static int Number(Dictionary<string, string> options, string name) =>
        int.Parse(options.GetValueOrDefault(name, "0"), CultureInfo.InvariantCulture);
}
