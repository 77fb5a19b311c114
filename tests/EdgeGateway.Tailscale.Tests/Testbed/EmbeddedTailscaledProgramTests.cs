using System.IO.Pipelines;
using System.Net;
using System.Text.Json;
using EdgeGateway.Tailscale.Certificates;
using EdgeGateway.Testbed.Tailscale;
using Xunit;

namespace EdgeGateway.Tailscale.Tests.Testbed;

public class EmbeddedTailscaledProgramTests
{
    [Fact]
    public async Task The_stand_in_as_a_program_tells_where_it_is_and_obeys_its_control_address()
    {
        var pipe = new Pipe();
        using var reader = new StreamReader(pipe.Reader.AsStream());
        using var stop = new CancellationTokenSource();
        var program = EmbeddedTailscaledProgram.RunAsync(["--https", "false", "--lifetime", "600"], new StreamWriter(pipe.Writer.AsStream()), stop.Token);
        var ready = JsonDocument.Parse((await reader.ReadLineAsync().WaitAsync(KeeperFixture.Patience))!).RootElement;
        var name = ready.GetProperty("name").GetString()!;
        var control = ready.GetProperty("control").GetString()!;
        Assert.StartsWith("http://127.0.0.1:", control);

        await using (var fixture = new KeeperFixture(ready.GetProperty("socket").GetString()!))
        {
            fixture.Start(name);
            await fixture.WaitAsync(name, s => s.Code == "EG-CERT-HTTPS-OFF");
            await PostAsync("/https?on=true");
            await fixture.WaitAsync(name, CertificateState.Issued);
            await PostAsync("/restart?hard=true&downMs=50");
            await fixture.WaitUntilAsync(() => fixture.Log.Any(l => l.Contains("EG-CERT-SOCKET", StringComparison.Ordinal)));
        }

        Assert.Contains("BEGIN CERTIFICATE", await GetAsync("/ca.pem"));
        Assert.Equal(1, JsonDocument.Parse(await GetAsync("/counters")).RootElement.GetProperty("certificates").GetProperty(name).GetProperty("orders").GetInt32());
        await stop.CancelAsync();
        Assert.Equal(0, await program.WaitAsync(KeeperFixture.Patience));

        async Task PostAsync(string path) => Assert.Equal("ok\n", await SendAsync(HttpMethod.Post, path));
        Task<string> GetAsync(string path) => SendAsync(HttpMethod.Get, path);
        async Task<string> SendAsync(HttpMethod method, string path)
        {
            using var http = new HttpMessageInvoker(new SocketsHttpHandler());
            using var answer = await http.SendAsync(new HttpRequestMessage(method, control + path), default);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return await answer.Content.ReadAsStringAsync();
        }
    }
}
