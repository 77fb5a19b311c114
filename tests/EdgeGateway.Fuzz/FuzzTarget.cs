using EdgeGateway.Configuration.Files.Provider;
using EdgeGateway.Configuration.Files.Toml;
using EdgeGateway.Configuration.Files.Yaml;
using EdgeGateway.Configuration.Sources;
using EdgeGateway.Configuration.Templates;
using EdgeGateway.Rules.Http;
using EdgeGateway.Rules.Syntax;
using EdgeGateway.Rules.Tcp;

namespace EdgeGateway.Fuzz;

/// <summary>A parser under test.</summary>
/// <param name="Name">Name on the command line.</param>
/// <param name="Seeds">Texts to start from.</param>
/// <param name="Tokens">Pieces of the language.</param>
/// <param name="Accepts">Runs it; true when the text was read. Anything it throws is a finding.</param>
internal sealed record FuzzTarget(string Name, IReadOnlyList<string> Seeds, IReadOnlyList<string> Tokens, Func<string, bool> Accepts)
{
    private static readonly TemplateLimits SmallLimits = new(1 << 16, 20_000);

    private static readonly DynamicFile Decoder = new(new Dictionary<string, TemplateFunction>());

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("rules", FuzzSeeds.Rules, FuzzSeeds.RuleTokens, Rules),
        new("tags", FuzzSeeds.Tags, FuzzSeeds.TagTokens, static text => TagDecoder.Decode(text.Split('\n'), "traefik").Problems.Count == 0),
        new("toml", FuzzSeeds.Toml, FuzzSeeds.TomlTokens, static text => Reads(() => TomlNodes.Read(text, "f.toml")) && Decodes("f.toml", text)),
        new("yaml", FuzzSeeds.Yaml, FuzzSeeds.YamlTokens, static text => Reads(() => YamlNodes.Read(new StringReader(text), "f.yml")) && Decodes("f.yml", text)),
        new("templates", FuzzSeeds.Templates, FuzzSeeds.TemplateTokens, Templates),
        new("clienthello", WireTargets.Hellos, WireTargets.HelloTokens, WireTargets.ReadsHello),
        new("proxyheader", WireTargets.ProxyHeaders, WireTargets.ProxyTokens, WireTargets.ReadsProxyHeader),
    ];

    private static bool Rules(string text)
    {
        var accepted = HttpRule.TryParse(text, "v3", out _, out _) | HttpRule.TryParse(text, "v2", out _, out _);
        foreach (var syntax in (string[])["v3", "v2"])
        {
            try
            {
                _ = TcpRule.Parse(text, syntax);
                accepted = true;
            }
            catch (RuleException)
            {
                // Refused, as it should be.
            }
        }

        return accepted;
    }

    private static bool Templates(string text)
    {
        try
        {
            var rendered = GoTemplate.Parse("t", text).RenderValue(false, SmallLimits);
            _ = rendered.Locate(1 + (text.Length % 7), 1 + (text.Length % 5));
            return true;
        }
        catch (TemplateException)
        {
            return false;
        }
    }

    private static bool Reads(Action read)
    {
        try
        {
            read();
            return true;
        }
        catch (ConfigurationException)
        {
            return false;
        }
    }

    // What the reader took, the decoder takes or refuses with problems; twice the same, by value.
    private static bool Decodes(string path, string text)
    {
        var one = Decoder.Decode(path, text);
        var other = Decoder.Decode(path, text);
        if (!Equals(one.Configuration, other.Configuration))
        {
            throw new InvalidOperationException("two readings of one text differ");
        }

        return true;
    }
}
