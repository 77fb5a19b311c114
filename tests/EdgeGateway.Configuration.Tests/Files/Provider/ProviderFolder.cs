using System.Threading.Channels;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Configuration.Files.Provider;
using EdgeGateway.Configuration.Static;
using EdgeGateway.Configuration.Templates;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeGateway.Configuration.Tests.Files.Provider;

/// <summary>A folder of its own with a running file provider over it.</summary>
internal sealed class ProviderFolder : IAsyncDisposable
{
    private readonly Channel<ProviderMessage> _messages = Channel.CreateUnbounded<ProviderMessage>();
    private readonly CancellationTokenSource _end = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("edge-files-");
    private FileProvider? _provider;
    private Task _running = Task.CompletedTask;

    public string Root => _folder.FullName;

    public string Dyn => Path.Join(Root, "dyn");

    public FileProvider Provider => _provider!;

    public string Write(string name, string text)
    {
        var path = Path.Join(Dyn, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public ProviderFolder Start(FileConfig? config = null)
    {
        _provider = new FileProvider(config ?? new() { Directory = Dyn }, new Dictionary<string, TemplateFunction>(), TimeProvider.System, NullLogger.Instance);
        _running = _provider.RunAsync(message => _messages.Writer.TryWrite(message), _end.Token);
        return this;
    }

    /// <summary>The next message.</summary>
    public async Task<ProviderMessage> NextAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await _messages.Reader.ReadAsync(limit.Token);
    }

    /// <summary>The first message that is as wanted.</summary>
    public async Task<ProviderMessage> NextAsync(Func<ProviderMessage, bool> wanted)
    {
        while (true)
        {
            var message = await NextAsync();
            if (wanted(message))
            {
                return message;
            }
        }
    }

    /// <summary>What was published and not taken yet.</summary>
    public IReadOnlyList<ProviderMessage> Waiting()
    {
        var waiting = new List<ProviderMessage>();
        while (_messages.Reader.TryRead(out var message))
        {
            waiting.Add(message);
        }

        return waiting;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _provider?.Dispose();
        _end.Dispose();
        _folder.Delete(recursive: true);
    }
}
