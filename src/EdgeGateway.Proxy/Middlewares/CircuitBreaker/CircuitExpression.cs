using System.Diagnostics.CodeAnalysis;
using EdgeGateway.Proxy.Middlewares.Predicates;

namespace EdgeGateway.Proxy.Middlewares.CircuitBreaker;

/// <summary>
/// When a circuit breaker opens (runtime-behaviour §2.5): <c>NetworkErrorRatio() &gt; 0.30 || LatencyAtQuantileMS(50.0) &gt; 100</c>. As in
/// Traefik ratios are compared with numbers that have a point, latencies with whole ones, and there is no negation.
/// </summary>
internal sealed class CircuitExpression
{
    private readonly Func<CircuitFigures, bool> _holds;

    private CircuitExpression(Func<CircuitFigures, bool> holds, bool usesLatency) => (_holds, UsesLatency) = (holds, usesLatency);

    /// <summary>True when latencies have to be noted.</summary>
    public bool UsesLatency { get; }

    /// <summary>Reads an expression, or says what is wrong at which column.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out CircuitExpression? expression, [NotNullWhen(false)] out string? error)
    {
        var parser = new Parser(text);
        try
        {
            expression = new(parser.Parse(), parser.UsesLatency);
            error = null;
            return true;
        }
        catch (FormatException e)
        {
            expression = null;
            error = $"error while parsing expression {text}: {e.Message}";
            return false;
        }
    }

    /// <summary>True when the breaker has to open.</summary>
    public bool Holds(CircuitFigures figures) => _holds(figures);

    private sealed class Parser(string text) : PredicateParser<CircuitFigures>(text)
    {
        public bool UsesLatency { get; private set; }

        protected override string Functions =>
            "NetworkErrorRatio(), ResponseCodeRatio(from, to, dividedByFrom, dividedByTo) or LatencyAtQuantileMS(quantile)";

        protected override Func<CircuitFigures, bool>? Function(string name)
        {
            switch (name)
            {
                case "NetworkErrorRatio":
                    Expect("(");
                    Expect(")");
                    return Compare(static figures => figures.NetworkErrorRatio, isWhole: false);
                case "ResponseCodeRatio":
                    var arguments = new int[4];
                    Expect("(");
                    for (var i = 0; i < arguments.Length; i++)
                    {
                        arguments[i] = (int)Number(isWhole: true);
                        Expect(i < arguments.Length - 1 ? "," : ")");
                    }

                    return Compare(figures => figures.ResponseCodeRatio(arguments[0], arguments[1], arguments[2], arguments[3]), isWhole: false);
                case "LatencyAtQuantileMS":
                    Expect("(");
                    var quantile = Number(isWhole: false);
                    Expect(")");
                    UsesLatency = true;
                    return Compare(figures => figures.LatencyAtQuantile(quantile), isWhole: true);
                default:
                    return null;
            }
        }
    }
}
