using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace EdgeGateway.Proxy.Middlewares.CircuitBreaker;

/// <summary>
/// When a circuit breaker opens (runtime-behaviour §2.5): <c>NetworkErrorRatio() &gt; 0.30 || LatencyAtQuantileMS(50.0) &gt; 100</c>. As in
/// Traefik ratios are compared with numbers that have a point, latencies with whole ones, and there is no negation.
/// </summary>
internal sealed class CircuitExpression
{
    // An expression that nests deeper is no expression that anybody wrote.
    private const int MaxDepth = 64;

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

    private sealed class Parser(string text)
    {
        private int _at;
        private int _depth;

        public bool UsesLatency { get; private set; }

        public Func<CircuitFigures, bool> Parse()
        {
            var all = Or();
            Skip();
            return _at == text.Length ? all : throw Fault("expected && or ||");
        }

        private Func<CircuitFigures, bool> Or()
        {
            if (++_depth > MaxDepth)
            {
                throw Fault("too many parentheses");
            }

            var left = And();
            while (Take("||"))
            {
                var (first, second) = (left, And());
                left = figures => first(figures) || second(figures);
            }

            _depth--;
            return left;
        }

        private Func<CircuitFigures, bool> And()
        {
            var left = One();
            while (Take("&&"))
            {
                var (first, second) = (left, One());
                left = figures => first(figures) && second(figures);
            }

            return left;
        }

        private Func<CircuitFigures, bool> One()
        {
            if (Take("("))
            {
                var inner = Or();
                Expect(")");
                return inner;
            }

            Skip();
            var begin = _at;
            while (_at < text.Length && char.IsAsciiLetter(text[_at]))
            {
                _at++;
            }

            switch (text[begin.._at])
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
                    _at = begin;
                    throw Fault("expected NetworkErrorRatio(), ResponseCodeRatio(from, to, dividedByFrom, dividedByTo) or LatencyAtQuantileMS(quantile)");
            }
        }

        private Func<CircuitFigures, bool> Compare(Func<CircuitFigures, double> figure, bool isWhole)
        {
            foreach (var op in (string[])[">=", "<=", "==", "!=", ">", "<"])
            {
                if (Take(op))
                {
                    var limit = Number(isWhole);
                    return op switch
                    {
                        ">" => figures => figure(figures) > limit,
                        ">=" => figures => figure(figures) >= limit,
                        "<" => figures => figure(figures) < limit,
                        "<=" => figures => figure(figures) <= limit,
                        "==" => figures => figure(figures).Equals(limit),
                        _ => figures => !figure(figures).Equals(limit),
                    };
                }
            }

            throw Fault("expected one of > >= < <= == !=");
        }

        private double Number(bool isWhole)
        {
            Skip();
            var begin = _at;
            while (_at < text.Length && (char.IsAsciiDigit(text[_at]) || text[_at] == '.'))
            {
                _at++;
            }

            var number = text.AsSpan(begin, _at - begin);
            if (isWhole && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var whole))
            {
                return whole;
            }

            if (!isWhole && number.Contains('.') && double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var broken))
            {
                return broken;
            }

            _at = begin;
            throw Fault(isWhole ? "expected a whole number" : "expected a number with a point, such as 0.30");
        }

        private void Expect(string token)
        {
            if (!Take(token))
            {
                throw Fault($"expected {token}");
            }
        }

        private bool Take(string token)
        {
            Skip();
            if (string.CompareOrdinal(text, _at, token, 0, token.Length) != 0)
            {
                return false;
            }

            _at += token.Length;
            return true;
        }

        private void Skip()
        {
            while (_at < text.Length && char.IsWhiteSpace(text[_at]))
            {
                _at++;
            }
        }

        private FormatException Fault(string what) => new($"column {_at + 1}: {what}");
    }
}
