using System.Diagnostics.CodeAnalysis;
using EdgeGateway.Proxy.Middlewares.Predicates;

namespace EdgeGateway.Proxy.Middlewares.Buffering;

/// <summary>When <c>buffering</c> repeats a request (runtime-behaviour §2.3): <c>IsNetworkError() &amp;&amp; Attempts() &lt; 3</c>.</summary>
internal sealed class RetryExpression
{
    private readonly Func<Attempt, bool> _holds;

    private RetryExpression(Func<Attempt, bool> holds) => _holds = holds;

    /// <summary>Reads an expression, or says what is wrong at which column.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out RetryExpression? expression, [NotNullWhen(false)] out string? error)
    {
        try
        {
            (expression, error) = (new(new Parser(text).Parse()), null);
            return true;
        }
        catch (FormatException e)
        {
            (expression, error) = (null, $"buffering.retryExpression: error while parsing {text}: {e.Message}");
            return false;
        }
    }

    /// <summary>True when the request is to be repeated.</summary>
    public bool Holds(Attempt attempt) => _holds(attempt);

    /// <summary>An attempt that ended.</summary>
    /// <param name="Number">1 = the first.</param>
    /// <param name="Status">Status of its answer.</param>
    /// <param name="Method">Method of the request.</param>
    public readonly record struct Attempt(int Number, int Status, string Method);

    private sealed class Parser(string text) : PredicateParser<Attempt>(text)
    {
        protected override string Functions => "IsNetworkError(), Attempts(), ResponseCode() or RequestMethod()";

        protected override Func<Attempt, bool>? Function(string name)
        {
            if (name is not ("IsNetworkError" or "Attempts" or "ResponseCode" or "RequestMethod"))
            {
                return null;
            }

            Expect("(");
            Expect(")");
            switch (name)
            {
                case "IsNetworkError":
                    return static attempt => attempt.Status is 502 or 504;
                case "Attempts":
                    return Compare(static attempt => attempt.Number, isWhole: true);
                case "ResponseCode":
                    return Compare(static attempt => attempt.Status, isWhole: true);
                default:
                    var isEqual = Operator(equalityOnly: true) == "==";
                    var method = Text();
                    return attempt => string.Equals(attempt.Method, method, StringComparison.Ordinal) == isEqual;
            }
        }
    }
}
