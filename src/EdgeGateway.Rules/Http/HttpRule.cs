using System.Diagnostics.CodeAnalysis;
using System.Text;
using EdgeGateway.Rules.Syntax;

namespace EdgeGateway.Rules.Http;

/// <summary>An HTTP rule, compiled: which requests it takes, which names it speaks of, how to find it.</summary>
public sealed class HttpRule
{
    /// <summary>
    /// The highest priority that a user may set (Traefik keeps the last thousand for itself); routers of the provider
    /// <c>internal</c> are free of it.
    /// </summary>
    public const long MaximumUserPriority = long.MaxValue - 1000;

    private readonly HttpPredicate _predicate;

    private HttpRule(string text, RuleNode root, HttpPredicate predicate)
    {
        Text = text;
        Domains = DomainsOf(root);
        Keys = predicate.Keys.Compact(Domains);
        _predicate = predicate;
    }

    /// <summary>The rule as written.</summary>
    public string Text { get; }

    /// <summary>Arguments of all <c>Host</c> matchers from left to right, lower case, whatever joins or negates them (dynamic-config §4.6).</summary>
    public IReadOnlyList<string> Domains { get; }

    /// <summary>Necessary conditions, for an index.</summary>
    public HttpIndexKeys Keys { get; }

    /// <summary>Hosts of which one must be the request's, <c>*.x</c> for exactly one more label; null when any host may match.</summary>
    public IReadOnlyList<string>? Hosts => Keys.Hosts;

    /// <summary>What the rule can hardly be meant to say; it is valid all the same. Mostly none.</summary>
    public IReadOnlyList<string> Doubts { get; private init; } = [];

    /// <summary>The default priority of this rule.</summary>
    public long Priority => PriorityOf(Text);

    /// <summary>True when the request fulfils the rule. Allocates nothing.</summary>
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
        var compiled = TryCompile(text, syntax, out rule, out var fault);
        error = fault?.Message;
        return compiled;
    }

    /// <summary>Compiles a rule.</summary>
    /// <param name="text">The rule.</param>
    /// <param name="syntax"><c>v2</c> for the old language, anything else for v3.</param>
    /// <param name="rule">The rule; null on an error.</param>
    /// <param name="fault">What is wrong, where, and its code.</param>
    public static bool TryCompile(string text, string syntax, [NotNullWhen(true)] out HttpRule? rule, [NotNullWhen(false)] out RuleException? fault)
    {
        try
        {
            rule = Parse(text, syntax);
            fault = null;
            return true;
        }
        catch (RuleException e)
        {
            rule = null;
            fault = e;
            return false;
        }
    }

    /// <summary>Compiles a rule.</summary>
    /// <param name="text">The rule.</param>
    /// <param name="syntax"><c>v2</c> for the old language, anything else for v3.</param>
    /// <exception cref="RuleException">The rule is wrong; the message has the place.</exception>
    public static HttpRule Parse(string text, string syntax = "v3")
    {
        var v2 = syntax == "v2";
        var root = RuleParser.Parse(text, v2 ? HttpMatchersV2.Names : HttpMatchersV3.Names);
        return new(text, root, Build(root, matcher =>
        {
            var arguments = new MatcherArguments(text, matcher);
            return v2 ? HttpMatchersV2.Build(arguments) : HttpMatchersV3.Build(arguments);
        }))
        {
            Doubts = v2 ? [] : TemplateDoubts.Of(root),
        };
    }

    /// <summary>
    /// <see cref="Domains"/> of a rule that need not compile: matchers of both syntaxes are known and arguments are not checked.
    /// </summary>
    /// <exception cref="RuleException">The text is no rule.</exception>
    public static IReadOnlyList<string> ParseDomains(string text) => DomainsOf(RuleParser.Parse(text, HttpMatchersV2.NamesOfBothSyntaxes));

    private static HttpPredicate Build(RuleNode node, Func<MatcherNode, HttpPredicate> build)
    {
        switch (node)
        {
            case OperatorNode { IsAnd: true } all:
                return new AllPredicate([.. all.Operands.Select(operand => Build(operand, build))]);
            case OperatorNode any:
                return new AnyPredicate([.. any.Operands.Select(operand => Build(operand, build))]);
            default:
                var matcher = (MatcherNode)node;
                var predicate = build(matcher);
                return matcher.IsNegated ? new NotPredicate(predicate) : predicate;
        }
    }

    private static string[] DomainsOf(RuleNode root) =>
        [.. root.Matchers.Where(static m => m.Name == "Host").SelectMany(static m => m.Arguments).Select(static a => a.ToLowerInvariant())];
}
