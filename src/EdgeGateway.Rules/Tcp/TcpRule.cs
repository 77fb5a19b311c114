using System.Text;
using EdgeGateway.Rules.Syntax;

namespace EdgeGateway.Rules.Tcp;

/// <summary>A TCP rule, compiled.</summary>
public sealed class TcpRule
{
    /// <summary>Priority of a catch-all: below every length of a text.</summary>
    private const long CatchAllPriority = -1;

    private readonly TcpPredicate _predicate;

    private TcpRule(string text, RuleNode root, TcpPredicate predicate)
    {
        Text = text;
        Root = root;
        ServerNames = ServerNamesOf(root);
        IsCatchAll = IsStar(root);
        Hosts = predicate.Hosts;
        _predicate = predicate;
    }

    /// <summary>The rule as written.</summary>
    public string Text { get; }

    /// <summary>The parsed rule.</summary>
    public RuleNode Root { get; }

    /// <summary>Arguments of all <c>HostSNI</c> matchers from left to right, lower case, whatever joins or negates them.</summary>
    public IReadOnlyList<string> ServerNames { get; }

    /// <summary>The rule is <c>HostSNI(`*`)</c> and nothing else (negated or not, as in Traefik).</summary>
    public bool IsCatchAll { get; }

    /// <summary>SNI values of which one must be the connection's, <c>*.x</c> for exactly one more label; null when any may match.</summary>
    public IReadOnlyList<string>? Hosts { get; }

    /// <summary>The default priority of this rule.</summary>
    public long Priority => IsCatchAll ? CatchAllPriority : Encoding.UTF8.GetByteCount(Text);

    /// <summary>True when the connection fulfils the rule. Allocates nothing.</summary>
    public bool Matches(in TcpConnectionView connection) => _predicate.Matches(connection);

    /// <summary>The default priority: −1 for a catch-all, else the length in UTF-8 bytes, also for a text that is no rule.</summary>
    public static long PriorityOf(string rule)
    {
        try
        {
            return IsStar(RuleParser.Parse(rule, TcpMatchers.HostSniOnly)) ? CatchAllPriority : Encoding.UTF8.GetByteCount(rule);
        }
        catch (RuleException)
        {
            return Encoding.UTF8.GetByteCount(rule);
        }
    }

    /// <summary>Compiles a rule.</summary>
    /// <param name="text">The rule.</param>
    /// <param name="syntax"><c>v2</c> for the old language, anything else for v3.</param>
    /// <exception cref="RuleException">The rule is wrong; the message has the place.</exception>
    public static TcpRule Parse(string text, string syntax = "v3")
    {
        var root = RuleParser.Parse(text, TcpMatchers.Names);
        return new TcpRule(text, root, Build(text, root, syntax == "v2"));
    }

    /// <summary><see cref="ServerNames"/> of a rule that need not compile: arguments are not checked.</summary>
    /// <exception cref="RuleException">The text is no rule.</exception>
    public static IReadOnlyList<string> ParseServerNames(string text) => ServerNamesOf(RuleParser.Parse(text, TcpMatchers.Names));

    /// <summary><see cref="ParseServerNames"/>, nothing for a text that is no rule.</summary>
    public static IReadOnlyList<string> TryParseServerNames(string text)
    {
        try
        {
            return ParseServerNames(text);
        }
        catch (RuleException)
        {
            return [];
        }
    }

    private static TcpPredicate Build(string text, RuleNode node, bool syntaxV2)
    {
        if (node is OperatorNode join)
        {
            return new TcpJoinPredicate(join.IsAnd, [.. join.Operands.Select(operand => Build(text, operand, syntaxV2))]);
        }

        var matcher = (MatcherNode)node;
        var predicate = TcpMatchers.Build(new MatcherArguments(text, matcher), syntaxV2);
        return matcher.IsNegated ? new TcpNotPredicate(predicate) : predicate;
    }

    private static bool IsStar(RuleNode root) => root is MatcherNode { Name: "HostSNI", Arguments: ["*"] };

    private static IReadOnlyList<string> ServerNamesOf(RuleNode root) =>
        [.. root.Matchers.Where(static m => m.Name == "HostSNI").SelectMany(static m => m.Arguments).Select(static a => a.ToLowerInvariant())];
}
