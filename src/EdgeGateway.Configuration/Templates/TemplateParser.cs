using System.Globalization;

namespace EdgeGateway.Configuration.Templates;

/// <summary>Parses Go's text/template: one text with the templates that it defines itself.</summary>
internal sealed class TemplateParser(string name, string text, IReadOnlyDictionary<string, TemplateFunction> functions)
{
    // Deeper nesting is no template that a human wrote; the limit keeps the stack.
    private const int MaxDepth = 100;

    private readonly List<string> _variables = ["$"];
    private List<TemplateToken> _tokens = [];
    private int _token;
    private int _at;
    private bool _trimNext;
    private int _depth;
    private int _loops;

    /// <summary>What <c>define</c> and <c>block</c> made, by name.</summary>
    internal Dictionary<string, TemplateNode[]> Defined { get; } = new(StringComparer.Ordinal);

    internal TemplateNode[] Parse()
    {
        var nodes = ParseList(out var end);
        return end is null ? nodes : throw Fail(_tokens[0].Position, $"unexpected {{{{{end}}}}}");
    }

    internal static TemplateException Fault(string name, string text, int position, string reason)
    {
        var (line, column) = RenderedTemplate.Place(text, position);
        return new(name, line, column, reason);
    }

    private TemplateException Fail(int position, string message) => Fault(name, text, position, message);

    private TemplateNode[] ParseList(out string? end)
    {
        if (++_depth > MaxDepth)
        {
            throw Fail(_at, "nested too deeply");
        }

        var nodes = new List<TemplateNode>();
        var scope = _variables.Count;
        while (true)
        {
            if (!NextAction(nodes))
            {
                end = null;
                break;
            }

            var first = _tokens[0];
            if (first.Kind == TemplateTokenKind.Identifier && first.Text is "end" or "else")
            {
                end = first.Text;
                break;
            }

            nodes.Add(ParseAction(first));
        }

        _depth--;
        _variables.RemoveRange(scope, _variables.Count - scope);
        return [.. nodes];
    }

    // Adds the text before the next action and reads its tokens; false at the end of the template.
    private bool NextAction(List<TemplateNode> nodes)
    {
        while (true)
        {
            var open = text.IndexOf("{{", _at, StringComparison.Ordinal);
            var raw = open < 0 ? text[_at..] : text[_at..open];
            var trimLeft = open >= 0 && open + 3 < text.Length && text[open + 2] == '-' && text[open + 3] is ' ' or '\t' or '\r' or '\n';
            var from = _at;
            if (_trimNext)
            {
                from += raw.Length;
                raw = raw.TrimStart(' ', '\t', '\r', '\n');
                from -= raw.Length;
            }

            raw = trimLeft ? raw.TrimEnd(' ', '\t', '\r', '\n') : raw;
            if (raw.Length > 0)
            {
                nodes.Add(new TextNode(raw, from));
            }

            _trimNext = false;
            if (open < 0)
            {
                _at = text.Length;
                return false;
            }

            var inside = open + (trimLeft ? 3 : 2);
            var comment = text.AsSpan(inside).TrimStart(" \t\r\n");
            if (comment.StartsWith("/*"))
            {
                SkipComment(open, text.Length - comment.Length);
                continue;
            }

            _tokens = [];
            _token = 0;
            _at = new TemplateLexer(text, inside, Fail).Read(_tokens, out _trimNext);
            return true;
        }
    }

    private void SkipComment(int open, int from)
    {
        var close = text.IndexOf("*/", from + 2, StringComparison.Ordinal);
        if (close < 0)
        {
            throw Fail(open, "unclosed comment");
        }

        var rest = text.AsSpan(close + 2).TrimStart(" \t\r\n");
        _trimNext = rest.StartsWith("-}}");
        if (!_trimNext && !rest.StartsWith("}}"))
        {
            throw Fail(open, "comment ends before closing delimiter");
        }

        _at = text.Length - rest.Length + (_trimNext ? 3 : 2);
    }

    private TemplateNode ParseAction(TemplateToken first)
    {
        switch (first.Kind == TemplateTokenKind.Identifier ? first.Text : "")
        {
            case "if":
            case "with":
                _token++;
                return ParseBranch(first);
            case "range":
                _token++;
                return ParseRange(first);
            case "break":
            case "continue":
                _token++;
                ExpectEnd();
                return _loops > 0 ? new JumpNode(first.Text == "break", first.Position) : throw Fail(first.Position, $"{{{{{first.Text}}}}} outside {{{{range}}}}");
            case "define":
                _token++;
                return ParseDefine(first);
            case "template":
                _token++;
                var name = TakeName(first);
                var argument = Current.Kind == TemplateTokenKind.End ? null : ParsePipeline(allowVariable: false);
                ExpectEnd();
                return new CallNode(name, argument, first.Position);
            case "block":
                _token++;
                return ParseBlock(first);
            default:
                var pipeline = ParsePipeline(allowVariable: true);
                ExpectEnd();
                return new ActionNode(pipeline, first.Position);
        }
    }

    private TextNode ParseDefine(TemplateToken first)
    {
        if (_depth > 1)
        {
            throw Fail(first.Position, "{{define}} may not stand inside another action");
        }

        var name = TakeName(first);
        ExpectEnd();
        ParseBody(name, first);
        return new TextNode("", first.Position);
    }

    private CallNode ParseBlock(TemplateToken first)
    {
        var name = TakeName(first);
        var argument = ParsePipeline(allowVariable: false);
        ExpectEnd();
        ParseBody(name, first);
        return new CallNode(name, argument, first.Position);
    }

    // A defined template sees no variables but its own, and no loop around it.
    private void ParseBody(string name, TemplateToken first)
    {
        var (variables, loops) = (_variables.ToArray(), _loops);
        _variables.Clear();
        _variables.Add("$");
        _loops = 0;
        var body = ParseList(out var end);
        if (end != "end")
        {
            throw Fail(first.Position, $"{{{{{first.Text}}}}} has no {{{{end}}}}");
        }

        _token = 1;
        ExpectEnd();
        Defined[name] = body;
        _variables.Clear();
        _variables.AddRange(variables);
        _loops = loops;
    }

    private string TakeName(TemplateToken first) =>
        Current.Kind == TemplateTokenKind.Text ? Take().Text : throw Fail(first.Position, $"{{{{{first.Text}}}}} needs a name in quotes");

    private BranchNode ParseBranch(TemplateToken first)
    {
        var scope = _variables.Count;
        var pipeline = ParsePipeline(allowVariable: true);
        ExpectEnd();
        var then = ParseList(out var end);
        var otherwise = ParseElse(first, end, allowBranch: true);
        _variables.RemoveRange(scope, _variables.Count - scope);
        return new(first.Text == "with", pipeline, then, otherwise, first.Position);
    }

    private TemplateNode[] ParseElse(TemplateToken first, string? end, bool allowBranch)
    {
        if (end is null)
        {
            throw Fail(first.Position, $"unexpected EOF: {{{{{first.Text}}}}} has no {{{{end}}}}");
        }

        _token = 1;
        if (end == "end")
        {
            ExpectEnd();
            return [];
        }

        if (allowBranch && Current.Kind == TemplateTokenKind.Identifier && Current.Text == first.Text)
        {
            if (++_depth > MaxDepth)
            {
                throw Fail(_at, "nested too deeply");
            }

            _token++;
            TemplateNode[] branch = [ParseBranch(first)];
            _depth--;
            return branch;
        }

        ExpectEnd();
        var nodes = ParseList(out end);
        if (end != "end")
        {
            throw Fail(first.Position, "expected {{end}} after {{else}}");
        }

        _token = 1;
        ExpectEnd();
        return nodes;
    }

    private RangeNode ParseRange(TemplateToken first)
    {
        var scope = _variables.Count;
        string? key = null;
        string? value = null;
        if (Current.Kind == TemplateTokenKind.Variable && _tokens[_token + 1].Kind is TemplateTokenKind.Comma or TemplateTokenKind.Declare)
        {
            value = Take().Text;
            if (Current.Kind == TemplateTokenKind.Comma)
            {
                _token++;
                key = value;
                value = Current.Kind == TemplateTokenKind.Variable ? Take().Text : throw Fail(Current.Position, "range can only declare variables");
            }

            if (Take().Kind != TemplateTokenKind.Declare)
            {
                throw Fail(first.Position, "range needs := after its variables");
            }
        }

        var pipeline = ParsePipeline(allowVariable: false);
        ExpectEnd();
        _variables.AddRange(new[] { key, value }.OfType<string>());
        _loops++;
        var body = ParseList(out var end);
        _loops--;
        var otherwise = ParseElse(first, end, allowBranch: false);
        _variables.RemoveRange(scope, _variables.Count - scope);
        return new(key, value, pipeline, body, otherwise, first.Position);
    }

    private PipelineNode ParsePipeline(bool allowVariable)
    {
        var position = Current.Position;
        string? variable = null;
        var declares = false;
        if (allowVariable && Current.Kind == TemplateTokenKind.Variable && _tokens[_token + 1].Kind is TemplateTokenKind.Declare or TemplateTokenKind.Assign)
        {
            variable = Take().Text;
            declares = Take().Kind == TemplateTokenKind.Declare;
            if (!declares && !_variables.Contains(variable))
            {
                throw Fail(position, $"undefined variable \"{variable}\"");
            }
        }

        var commands = new List<CommandNode>();
        while (true)
        {
            commands.Add(ParseCommand(commands.Count > 0));
            if (Current.Kind != TemplateTokenKind.Pipe)
            {
                break;
            }

            _token++;
        }

        if (declares)
        {
            _variables.Add(variable!);
        }

        return new(variable, declares, [.. commands], position);
    }

    private CommandNode ParseCommand(bool piped)
    {
        var position = Current.Position;
        var operands = new List<OperandNode>();
        while (Current.Kind is not (TemplateTokenKind.End or TemplateTokenKind.Pipe or TemplateTokenKind.Close))
        {
            operands.Add(ParseOperand());
        }

        if (operands.Count == 0)
        {
            throw Fail(position, "missing value for command");
        }

        if (operands[0].Kind != OperandKind.Function && (piped || operands.Count > 1))
        {
            throw Fail(position, "can't give argument to non-function");
        }

        return new([.. operands], position);
    }

    private OperandNode ParseOperand()
    {
        var token = Take();
        var (kind, value) = token.Kind switch
        {
            TemplateTokenKind.Text => (OperandKind.Constant, (object?)token.Text),
            TemplateTokenKind.Character => (OperandKind.Constant, Character(token)),
            TemplateTokenKind.Number => (OperandKind.Constant, Number(token)),
            TemplateTokenKind.Dot => (OperandKind.Dot, null),
            TemplateTokenKind.Field => (OperandKind.Dot, null),
            TemplateTokenKind.Variable => (OperandKind.Variable, Known(token)),
            TemplateTokenKind.Open => (OperandKind.Parenthesis, Parenthesis(token)),
            TemplateTokenKind.Identifier => Word(token),
            _ => throw Fail(token.Position, $"unexpected '{token.Text}' in operand"),
        };
        var fields = new List<string>();
        if (token.Kind == TemplateTokenKind.Field)
        {
            fields.Add(token.Text);
        }

        while (Current is { Kind: TemplateTokenKind.Field, SpaceBefore: false } && kind is OperandKind.Dot or OperandKind.Variable or OperandKind.Parenthesis)
        {
            fields.Add(Take().Text);
        }

        return new(kind, value, [.. fields], token.Position);
    }

    private PipelineNode Parenthesis(TemplateToken open)
    {
        if (++_depth > MaxDepth)
        {
            throw Fail(open.Position, "nested too deeply");
        }

        var pipeline = ParsePipeline(allowVariable: false);
        if (Take().Kind != TemplateTokenKind.Close)
        {
            throw Fail(open.Position, "unclosed left paren");
        }

        _depth--;
        return pipeline;
    }

    private (OperandKind Kind, object? Value) Word(TemplateToken token) => token.Text switch
    {
        "true" => (OperandKind.Constant, true),
        "false" => (OperandKind.Constant, false),
        "nil" => (OperandKind.Constant, null),
        _ => functions.ContainsKey(token.Text)
            ? (OperandKind.Function, token.Text)
            : throw Fail(token.Position, $"function \"{token.Text}\" not defined"),
    };

    private string Known(TemplateToken token) =>
        _variables.Contains(token.Text) ? token.Text : throw Fail(token.Position, $"undefined variable \"{token.Text}\"");

    private long Character(TemplateToken token)
    {
        var runes = token.Text.EnumerateRunes().ToArray();
        return runes.Length == 1 ? runes[0].Value : throw Fail(token.Position, "malformed character constant");
    }

    private object Number(TemplateToken token)
    {
        var digits = token.Text.Replace("_", "", StringComparison.Ordinal);
        if (long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
        {
            return integer;
        }

        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            && long.TryParse(digits.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hex))
        {
            return hex;
        }

        return double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var fraction) && double.IsFinite(fraction)
            ? fraction
            : throw Fail(token.Position, $"bad number syntax: \"{token.Text}\"");
    }

    private TemplateToken Current => _tokens[_token];

    private TemplateToken Take()
    {
        var token = _tokens[_token];
        if (token.Kind != TemplateTokenKind.End)
        {
            _token++;
        }

        return token;
    }

    private void ExpectEnd()
    {
        if (Current.Kind != TemplateTokenKind.End)
        {
            throw Fail(Current.Position, $"unexpected '{Current.Text}' in command");
        }
    }
}
