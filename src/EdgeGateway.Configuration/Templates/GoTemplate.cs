using System.Text;

namespace EdgeGateway.Configuration.Templates;

/// <summary>A text template in the language of Go's text/template, with the text functions of sprig (dynamic-config §2.6). Safe for concurrent use.</summary>
public sealed class GoTemplate
{
    private readonly string _name;
    private readonly string _text;
    private readonly TemplateNode[] _nodes;
    private readonly IReadOnlyDictionary<string, TemplateNode[]> _defined;
    private readonly IReadOnlyDictionary<string, TemplateFunction> _functions;

    private GoTemplate(
        string name, string text, TemplateNode[] nodes, IReadOnlyDictionary<string, TemplateNode[]> defined, IReadOnlyDictionary<string, TemplateFunction> functions)
    {
        (_name, _text, _nodes, _defined, _functions) = (name, text, nodes, defined, functions);
    }

    /// <summary>Parses a template.</summary>
    /// <param name="name">Name for messages.</param>
    /// <param name="text">The template.</param>
    /// <param name="more">Further functions by name; they win over built-in ones.</param>
    /// <exception cref="TemplateException">Bad syntax or an unknown function.</exception>
    public static GoTemplate Parse(string name, string text, IReadOnlyDictionary<string, TemplateFunction>? more = null)
    {
        var functions = TemplateFunctions.All;
        if (more is not null)
        {
            var all = functions.ToDictionary(StringComparer.Ordinal);
            foreach (var (key, function) in more)
            {
                all[key] = function;
            }

            functions = all;
        }

        var parser = new TemplateParser(name, text, functions);
        return new(name, text, parser.Parse(), parser.Defined, functions);
    }

    /// <summary>Renders it.</summary>
    /// <param name="data">The fields of the dot; a field that is not there is an error.</param>
    /// <exception cref="TemplateException">A field, function or value does not fit.</exception>
    public string Render(IReadOnlyDictionary<string, object?> data)
    {
        var run = new Run(this, new RootValue(data), TemplateLimits.Rule);
        _ = run.Walk(_nodes, run.Root);
        return run.Output.ToString();
    }

    /// <summary>Renders it with any value as the dot.</summary>
    /// <exception cref="TemplateException">A field, function or value does not fit, or a limit is exceeded.</exception>
    internal RenderedTemplate RenderValue(object? dot, TemplateLimits limits)
    {
        var run = new Run(this, dot, limits);
        _ = run.Walk(_nodes, run.Root);
        return new(run.Output.ToString(), _text, run.Pieces);
    }

    private enum Jump
    {
        None,
        Break,
        Continue,
    }

    private sealed record RootValue(IReadOnlyDictionary<string, object?> Fields);

    private sealed class Run(GoTemplate template, object? root, TemplateLimits limits)
    {
        private readonly List<KeyValuePair<string, object?>> _variables = [new("$", root)];
        // Each level of a template that calls another, or itself, is some frames of the stack.
        private const int MaxDepth = 300;

        private int _steps;
        private int _depth;

        internal object? Root { get; } = root;

        internal StringBuilder Output { get; } = new();

        internal List<RenderedTemplate.Piece> Pieces { get; } = [];

        internal Jump Walk(TemplateNode[] nodes, object? dot)
        {
            if (++_depth > MaxDepth)
            {
                throw Fail(nodes.Length > 0 ? nodes[0].Position : 0, "templates call each other too deeply");
            }

            var scope = _variables.Count;
            var jump = Jump.None;
            foreach (var node in nodes)
            {
                Step(node.Position);
                jump = node switch
                {
                    TextNode text => Write(text.Text, text.Position, verbatim: true),
                    ActionNode action => Act(action, dot),
                    BranchNode branch => Branch(branch, dot),
                    RangeNode range => Range(range, dot),
                    CallNode call => Call(call, dot),
                    JumpNode { IsBreak: true } => Jump.Break,
                    _ => Jump.Continue,
                };
                if (jump != Jump.None)
                {
                    break;
                }
            }

            _depth--;
            _variables.RemoveRange(scope, _variables.Count - scope);
            return jump;
        }

        // The parser let the body see its own variables only; "$" is the dot it was given.
        private Jump Call(CallNode call, object? dot)
        {
            if (!template._defined.TryGetValue(call.Name, out var body))
            {
                throw Fail(call.Position, $"template \"{call.Name}\" not defined");
            }

            var value = call.Pipeline is null ? null : Evaluate(call.Pipeline, dot);
            var scope = _variables.Count;
            _variables.Add(new("$", value));
            _ = Walk(body, value);
            _variables.RemoveRange(scope, _variables.Count - scope);
            return Jump.None;
        }

        private TemplateException Fail(int position, string message) =>
            TemplateParser.Fault(template._name, template._text, position, message);

        private void Step(int position)
        {
            if (++_steps > limits.MaxSteps)
            {
                throw Fail(position, "the template runs too long");
            }
        }

        private Jump Write(string text, int position, bool verbatim)
        {
            if (Output.Length + text.Length > limits.MaxOutput)
            {
                throw Fail(position, "the template writes too much");
            }

            Pieces.Add(new(Output.Length, position, verbatim));
            Output.Append(text);
            return Jump.None;
        }

        private Jump Act(ActionNode action, object? dot)
        {
            var value = Evaluate(action.Pipeline, dot);
            if (action.Pipeline.Variable is not null)
            {
                return Jump.None;
            }

            try
            {
                return Write(TemplateValues.Print(value), action.Position, verbatim: false);
            }
            catch (TemplateException fault) when (fault.Line == 0)
            {
                throw Fail(action.Position, fault.Reason);
            }
        }

        private Jump Branch(BranchNode branch, object? dot)
        {
            var scope = _variables.Count;
            var value = Evaluate(branch.Pipeline, dot);
            var jump = TemplateValues.IsTrue(value)
                ? Walk(branch.Then, branch.SetsDot ? value : dot)
                : Walk(branch.Else, dot);
            _variables.RemoveRange(scope, _variables.Count - scope);
            return jump;
        }

        private Jump Range(RangeNode range, object? dot)
        {
            var value = Evaluate(range.Pipeline, dot);
            var any = false;
            foreach (var (key, item) in Items(value, range.Position))
            {
                Step(range.Position);
                any = true;
                var scope = _variables.Count;
                if (range.Key is { } keyName)
                {
                    _variables.Add(new(keyName, key));
                }

                if (range.Value is { } valueName)
                {
                    _variables.Add(new(valueName, item));
                }

                var jump = Walk(range.Body, item);
                _variables.RemoveRange(scope, _variables.Count - scope);
                if (jump == Jump.Break)
                {
                    break;
                }
            }

            return any ? Jump.None : Walk(range.Else, dot);
        }

        private IEnumerable<(object? Key, object? Item)> Items(object? value, int position)
        {
            if (value is null || ReferenceEquals(value, TemplateValues.NoValue))
            {
                return [];
            }

            if (value is IReadOnlyList<object?> list)
            {
                return list.Select(static (item, i) => ((object?)(long)i, item));
            }

            if (value is long count)
            {
                return Enumerable.Range(0, (int)Math.Clamp(count, 0, limits.MaxSteps)).Select(static i => ((object?)(long)i, (object?)(long)i));
            }

            return TemplateValues.TryMap(value, out var entries)
                ? entries.Select(static entry => ((object?)entry.Key, entry.Value))
                : throw Fail(position, $"range can't iterate over {TemplateValues.Print(value)}");
        }

        private object? Evaluate(PipelineNode pipeline, object? dot)
        {
            object? value = null;
            for (var i = 0; i < pipeline.Commands.Length; i++)
            {
                value = Execute(pipeline.Commands[i], dot, i > 0, value);
            }

            if (pipeline.Variable is { } variable)
            {
                if (pipeline.Declares)
                {
                    _variables.Add(new(variable, value));
                }
                else
                {
                    _variables[_variables.FindLastIndex(entry => entry.Key == variable)] = new(variable, value);
                }
            }

            return value;
        }

        private object? Execute(CommandNode command, object? dot, bool piped, object? final)
        {
            var first = command.Operands[0];
            if (first.Kind != OperandKind.Function)
            {
                return Value(first, dot);
            }

            var name = (string)first.Value!;
            if (name is "and" or "or")
            {
                return ShortCircuit(name, command, dot, piped, final);
            }

            var arguments = new List<object?>(command.Operands.Length);
            foreach (var operand in command.Operands.AsSpan(1))
            {
                arguments.Add(Value(operand, dot));
            }

            if (piped)
            {
                arguments.Add(final);
            }

            return Call(name, arguments, first.Position);
        }

        private object? Call(string name, List<object?> arguments, int position)
        {
            Step(position);
            var function = template._functions[name];
            if (arguments.Count < function.Least || (function.Most >= 0 && arguments.Count > function.Most))
            {
                throw Fail(position, $"wrong number of args for {name}: got {arguments.Count}");
            }

            try
            {
                return function.Invoke(arguments);
            }
            catch (TemplateException fault)
            {
                throw Fail(position, $"error calling {name}: {fault.Reason}");
            }
        }

        private object? ShortCircuit(string name, CommandNode command, object? dot, bool piped, object? final)
        {
            var first = command.Operands[0];
            object? value = null;
            var count = 0;
            foreach (var operand in command.Operands.AsSpan(1))
            {
                count++;
                value = Value(operand, dot);
                if (TemplateValues.IsTrue(value) == (name == "or"))
                {
                    return value;
                }
            }

            return piped ? final : count > 0 ? value : throw Fail(first.Position, $"wrong number of args for {name}: want at least 1 got 0");
        }

        private object? Value(OperandNode operand, object? dot)
        {
            var value = operand.Kind switch
            {
                OperandKind.Constant => operand.Value,
                OperandKind.Dot => dot,
                OperandKind.Variable => _variables.FindLast(entry => entry.Key == (string)operand.Value!).Value,
                OperandKind.Function => Call((string)operand.Value!, [], operand.Position),
                _ => Evaluate((PipelineNode)operand.Value!, dot),
            };
            foreach (var field in operand.Fields)
            {
                value = Field(value, field, operand.Position);
            }

            return value;
        }

        private object? Field(object? value, string field, int position)
        {
            switch (value)
            {
                case RootValue root:
                    return root.Fields.TryGetValue(field, out var known)
                        ? known
                        : throw Fail(position, $"can't evaluate field {field}: there are {string.Join(" and ", root.Fields.Keys.Select(static key => "." + key))}");
                case IReadOnlyDictionary<string, string> texts:
                    return texts.TryGetValue(field, out var text) ? text : TemplateValues.NoValue;
                case IReadOnlyDictionary<string, object?> map:
                    return map.TryGetValue(field, out var entry) ? entry : TemplateValues.NoValue;
                default:
                    throw Fail(position, $"can't evaluate field {field} in type {TemplateValues.TypeName(value)}");
            }
        }
    }
}
