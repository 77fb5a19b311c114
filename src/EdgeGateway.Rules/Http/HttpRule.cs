using System.Diagnostics.CodeAnalysis;
using System.Text;
using EdgeGateway.Rules.Syntax;

namespace EdgeGateway.Rules.Http;

/// <summary>An HTTP rule, compiled: which requests it takes, which names it speaks of, how to find it.</summary>
public sealed class HttpRule
{
    private readonly HttpPredicate _predicate;

    private HttpRule(string text, HttpPredicate predicate, IReadOnlyList<string> domains)
    {
        Text = text;
        _predicate = predicate;
        Domains = domains;
        Hosts = predicate.Hosts is { } hosts ? [.. hosts.Order(StringComparer.Ordinal)] : null;
    }

    /// <summary>The rule as written.</summary>
    public string Text { get; }

    /// <summary>Arguments of all <c>Host</c> matchers from left to right, lower case, whatever joins or negates them (dynamic-config §4.6).</summary>
    public IReadOnlyList<string> Domains { get; }

    /// <summary>Hosts of which one must be the request's, <c>*.x</c> for exactly one more label; null when any host may match.</summary>
    public IReadOnlyList<string>? Hosts { get; }

    /// <summary>True when the request fulfils the rule.</summary>
    public bool Matches(HttpRequestView request) => _predicate.Matches(request);

    /// <summary>The default priority: length in UTF-8 bytes, as written (dynamic-config §4.5).</summary>
    public static long PriorityOf(string rule) => Encoding.UTF8.GetByteCount(rule);

    /// <summary>Compiles a rule.</summary>
    /// <param name="text">The rule.</param>
    /// <param name="syntax"><c>v2</c> for the old language, anything else for v3.</param>
    /// <param name="rule">The rule; null on an error.</param>
    /// <param name="error">What is wrong and where.</param>
    public static bool TryParse(string text, string syntax, [NotNullWhen(true)] out HttpRule? rule, [NotNullWhen(false)] out string? error)
    {
        try
        {
            rule = Parse(text, syntax);
            error = null;
            return true;
        }
        catch (RuleException e)
        {
            rule = null;
            error = e.Message;
            return false;
        }
    }

    /// <summary>Compiles a rule.</summary>
    /// <exception cref="RuleException">The rule is wrong; the message has the place.</exception>
    public static HttpRule Parse(string text, string syntax = "v3")
    {
        if (syntax == "v2")
        {
            throw new RuleException(RuleCodes.Syntax, "rule syntax v2 is not supported yet", 0, 0);
        }

        var root = RuleParser.Parse(text, HttpMatchersV3.Names);
        return new(text, HttpMatchersV3.Build(text, root), DomainsOf(root));
    }

    internal static IReadOnlyList<string> DomainsOf(RuleNode root) =>
        [.. root.Matchers.Where(static m => m.Name == "Host").SelectMany(static m => m.Arguments).Select(static a => a.ToLowerInvariant())];
}
