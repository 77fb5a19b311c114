using System.Diagnostics;
using System.Net.Sockets;
using EdgeGateway.Testbed;
using EdgeGateway.Testbed.Tailscale;

namespace EdgeGateway.Integration;

/// <summary>
/// The Dockerfile's build step, run for real: publish, start, answer, also from a read-only root, as a container with a read-only
/// file system is, with tailscaled's folder mounted as the job file mounts it.
/// </summary>
public sealed class PublishTests
{
    [Fact]
    public async Task The_published_file_answers_also_from_a_read_only_root()
    {
        var output = Directory.CreateTempSubdirectory("edge-publish").FullName;
        try
        {
            var published = await RunAsync(Path.Combine(Root(), "src", "publish.sh"), [output], TimeSpan.FromMinutes(8));
            Assert.True(published.ExitCode == 0, published.Text);
            var file = Assert.Single(Directory.GetFiles(output));
            Assert.Equal("edge-gateway", Path.GetFileName(file));

            await AnswersAsync(file, []);
            if (Environment.UserName == "root")
            {
                // A mount namespace of its own, in which everything is read-only.
                await AnswersAsync("unshare", ["-m", "sh", "-c", "mount --make-rprivate / && mount -o remount,bind,ro / && exec \"$0\" \"$@\"", file]);
                await HandsOutCertificatesAsync(file);
            }
        }
        finally
        {
            Directory.Delete(output, recursive: true);
        }
    }

    // The host's folder with tailscaled's socket at the place where the container looks, everything else read-only.
    private static async Task HandsOutCertificatesAsync(string file)
    {
        var folder = Directory.CreateTempSubdirectory("edge-tailscale").FullName;
        await using (var tailscaled = await EmbeddedTailscaled.StartAsync(new TailscaledOptions { SocketPath = Path.Combine(folder, "tailscaled.sock") }))
        {
            var port = Ports.Free();
            const string mounts = "mount --make-rprivate / && mount -t tmpfs none /run && mkdir /run/tailscale && mount --bind \"$0\" /run/tailscale"
                + " && mount -o remount,bind,ro / && mount -o remount,ro /run && ! touch /run/x 2>/dev/null && exec \"$@\"";
            await AnswersAsync(
                "unshare",
                ["-m", "sh", "-c", mounts, folder, file, $"--entrypoints.websecure.address=127.0.0.1:{port}", "--certificatesresolvers.ts.tailscale=true"],
                async () =>
                {
                    // The client trusts the stand-in's authority and nothing else.
                    using var client = Stage.Client(port, tailscaled.CaPem);
                    Assert.Equal("404", await Stage.GetAsync(client, $"https://{tailscaled.DnsName}/"));
                });
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task AnswersAsync(string command, string[] before, Func<Task>? further = null)
    {
        var port = Ports.Free();
        var start = new ProcessStartInfo(command) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])[.. before, $"--entrypoints.traefik.address=127.0.0.1:{port}", "--ping=true"])
        {
            start.ArgumentList.Add(argument);
        }

        using var gateway = Process.Start(start)!;
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            using var client = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
            while (true)
            {
                Assert.False(gateway.HasExited, "the gateway ended");
                try
                {
                    using var answer = await client.SendAsync(new(HttpMethod.Get, $"http://127.0.0.1:{port}/ping"), limit.Token);
                    Assert.Equal("OK", await answer.Content.ReadAsStringAsync(limit.Token));
                    await (further?.Invoke() ?? Task.CompletedTask);
                    return;
                }
                catch (HttpRequestException e) when (e.InnerException is SocketException)
                {
                    // There is no event for another process's listen call.
                    await Task.Delay(20, limit.Token);
                }
            }
        }
        finally
        {
            gateway.Kill(entireProcessTree: true);
            await gateway.WaitForExitAsync();
        }
    }

    private static async Task<(int ExitCode, string Text)> RunAsync(string command, string[] arguments, TimeSpan limit)
    {
        var start = new ProcessStartInfo(command, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };

        // The test runner's build settings are not those of a publish.
        foreach (var name in start.Environment.Keys.Where(static k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        using var process = Process.Start(start)!;
        using var end = new CancellationTokenSource(limit);
        var output = process.StandardOutput.ReadToEndAsync(end.Token);
        var errors = process.StandardError.ReadToEndAsync(end.Token);
        try
        {
            await process.WaitForExitAsync(end.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return (process.ExitCode, await output + await errors);
    }

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "EdgeGateway.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("the tests run outside a clone of the project");
    }
}
