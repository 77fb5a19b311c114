using System.Threading.Channels;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Proxy.Tls.Files;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Tls.Files;

/// <summary>Files that TLS settings name are followed, however they are replaced.</summary>
public sealed class PemFilesTests : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("edge-pem-");
    private readonly Channel<bool> _signals = Channel.CreateUnbounded<bool>();
    private readonly CancellationTokenSource _end = new();
    private readonly PemFiles _files;
    private readonly Task _running;

    public PemFilesTests()
    {
        _files = new PemFiles([At("static.pem")], TimeProvider.System, NullLogger<PemFiles>.Instance);
        _running = _files.RunAsync(() => _signals.Writer.TryWrite(true), _end.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _running;
        _files.Dispose();
        _end.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_file_that_is_written_or_replaced_by_a_rename_is_told_once_with_its_path()
    {
        Write("a.crt", "1");
        Write("a.key", "1");
        Assert.Empty(Begin(Pair("a.crt", "a.key")));
        Write("a.crt", "2");
        Write("a.key", "2");
        await ToldAsync();
        Assert.Equal([At("a.crt"), At("a.key")], Begin(Pair("a.crt", "a.key")).Order(StringComparer.Ordinal));
        Assert.Empty(Begin(Pair("a.crt", "a.key")));

        Write("a.crt.new", "3");
        File.Move(At("a.crt.new"), At("a.crt"), overwrite: true);
        await ToldAsync();
        Assert.Equal([At("a.crt")], Begin(Pair("a.crt", "a.key")));
    }

    [Fact]
    public async Task A_swapped_link_is_seen_also_after_another_swap()
    {
        // As kubelet and template writers do: the file is a link through a link that is replaced.
        foreach (var version in (string[])["1", "2", "3"])
        {
            Directory.CreateDirectory(At(version));
            File.WriteAllText(Path.Join(At(version), "tls.crt"), version);
        }

        File.CreateSymbolicLink(At("..data"), "1");
        File.CreateSymbolicLink(At("tls.crt"), "..data/tls.crt");
        Assert.Empty(Begin(Pair("tls.crt", "tls.crt")));
        foreach (var version in (string[])["2", "3"])
        {
            File.CreateSymbolicLink(At("..tmp"), version);
            using var move = System.Diagnostics.Process.Start("mv", ["-T", At("..tmp"), At("..data")]);
            await move.WaitForExitAsync();
            await ToldAsync();
            Assert.Equal([At("tls.crt")], Begin(Pair("tls.crt", "tls.crt")));
        }
    }

    [Fact]
    public async Task A_file_that_is_not_there_yet_and_one_that_goes_are_told()
    {
        Assert.Empty(Begin(Pair("late.crt", "late.key")));
        Write("late.crt", "x");
        await ToldAsync();
        Assert.Equal([At("late.crt")], Begin(Pair("late.crt", "late.key")));
        File.Delete(At("late.crt"));
        await ToldAsync();
        Assert.Equal([At("late.crt")], Begin(Pair("late.crt", "late.key")));
    }

    [Fact]
    public async Task Files_of_options_of_transports_and_of_the_static_configuration_are_followed_and_texts_are_not()
    {
        Write("static.pem", "1");
        Write("ca.pem", "1");
        Write("roots.pem", "1");
        Write("tcp.pem", "1");
        var configuration = new DynamicConfiguration
        {
            Tls = new() { Options = One("o", new TlsOptionsConfig { ClientAuth = new() { CaFiles = [At("ca.pem"), "-----BEGIN CERTIFICATE-----"] } }) },
            Http = HttpConfiguration.Empty with { ServersTransports = One("h", new ServersTransportConfig { RootCAs = [At("roots.pem")] }) },
            Tcp = TcpConfiguration.Empty with { ServersTransports = One("t", new TcpServersTransportConfig { Tls = new() { RootCAs = [At("tcp.pem")] } }) },
        };
        Assert.Empty(Begin(configuration));
        foreach (var name in (string[])["static.pem", "ca.pem", "roots.pem", "tcp.pem"])
        {
            Write(name, "2");
            await ToldAsync();
            Assert.Equal([At(name)], Begin(configuration));
        }
    }

    [Fact]
    public async Task The_same_content_again_and_a_file_that_is_no_longer_named_are_nothing()
    {
        Write("a.crt", "1");
        Write("b.crt", "1");
        Write("static.pem", "1");
        Begin(Pair("a.crt", "b.crt"));
        Begin(Pair("a.crt", "a.crt"));
        Write("a.crt", "1");
        Write("b.crt", "2");
        Write("static.pem", "2"); // what is told is this one alone
        await ToldAsync();
        Assert.Equal([At("static.pem")], Begin(Pair("a.crt", "a.crt")));
    }

    private static ConfigMap<T> One<T>(string name, T value) => new[] { KeyValuePair.Create(name, value) }.ToConfigMap();

    private DynamicConfiguration Pair(string certificate, string key) => new()
    {
        Tls = new() { Certificates = [new() { CertFile = At(certificate), KeyFile = At(key) }] },
    };

    private IReadOnlySet<string> Begin(DynamicConfiguration configuration) =>
        _files.Begin([new ProviderMessage("file", configuration, ConfigList<ConfigurationProblem>.Empty)]);

    private async Task ToldAsync()
    {
        using var limit = new CancellationTokenSource(Limit);
        await _signals.Reader.ReadAsync(limit.Token);
    }

    private string At(string name) => Path.Join(_folder.FullName, name);

    private void Write(string name, string text) => File.WriteAllText(At(name), text);
}
