using System.Globalization;

namespace EdgeGateway.Proxy.Middlewares.Predicates;

/// <summary>
/// Reads the expressions that Traefik's middlewares share: comparisons of functions with constants, joined by <c>&amp;&amp;</c> (which binds
/// tighter) and <c>||</c>, with parentheses and without negation. What functions there are is the derived class's.
/// </summary>
/// <typeparam name="T">What an expression is asked about.</typeparam>
/// <param name="text">The expression.</param>
internal abstract class PredicateParser<T>(string text)
{
    // An expression that nests deeper is no expression that anybody wrote.
    private const int MaxDepth = 64;

    private static readonly string[] Operators = [">=", "<=", "==", "!=", ">", "<"];

    private int _at;
    private int _depth;

    /// <summary>Reads all of it.</summary>
    /// <exception cref="FormatException">It is malformed; the message names the column.</exception>
    public Func<T, bool> Parse()
    {
        var all = Or();
        Skip();
        return _at == text.Length ? all : throw Fault("expected && or ||");
    }

    /// <summary>Reads what follows the name of a function: parentheses, arguments, a comparison; null when there is no such function.</summary>
    protected abstract Func<T, bool>? Function(string name);

    /// <summary>The functions as a message names them.</summary>
    protected abstract string Functions { get; }

    /// <summary>Reads one of the operators; those that only look for equality are all that texts have.</summary>
    protected string Operator(bool equalityOnly = false)
    {
        foreach (var op in Operators)
        {
            if ((!equalityOnly || op is "==" or "!=") && Take(op))
            {
                return op;
            }
        }

        throw Fault(equalityOnly ? "expected == or !=" : "expected one of > >= < <= == !=");
    }

    /// <summary>Reads an operator and a number to compare with.</summary>
    protected Func<T, bool> Compare(Func<T, double> figure, bool isWhole)
    {
        var op = Operator();
        var limit = Number(isWhole);
        return op switch
        {
            ">" => subject => figure(subject) > limit,
            ">=" => subject => figure(subject) >= limit,
            "<" => subject => figure(subject) < limit,
            "<=" => subject => figure(subject) <= limit,
            "==" => subject => figure(subject).Equals(limit),
            _ => subject => !figure(subject).Equals(limit),
        };
    }

    /// <summary>Reads a number, whole or with a point.</summary>
    protected double Number(bool isWhole)
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

    /// <summary>Reads a text in double quotes or backquotes; it has no escapes.</summary>
    protected string Text()
    {
        Skip();
        var quote = _at < text.Length ? text[_at] : '\0';
        var end = quote is '"' or '`' ? text.IndexOf(quote, _at + 1) : -1;
        if (end < 0)
        {
            throw Fault("expected a text such as \"GET\"");
        }

        var value = text[(_at + 1)..end];
        if (value.Contains('\\', StringComparison.Ordinal))
        {
            throw Fault("a text has no escapes");
        }

        _at = end + 1;
        return value;
    }

    /// <summary>Reads what must come.</summary>
    protected void Expect(string token)
    {
        if (!Take(token))
        {
            throw Fault($"expected {token}");
        }
    }

    private Func<T, bool> Or()
    {
        if (++_depth > MaxDepth)
        {
            throw Fault("too many parentheses");
        }

        var left = And();
        while (Take("||"))
        {
            var (first, second) = (left, And());
            left = subject => first(subject) || second(subject);
        }

        _depth--;
        return left;
    }

    private Func<T, bool> And()
    {
        var left = One();
        while (Take("&&"))
        {
            var (first, second) = (left, One());
            left = subject => first(subject) && second(subject);
        }

        return left;
    }

    private Func<T, bool> One()
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

        if (Function(text[begin.._at]) is { } read)
        {
            return read;
        }

        _at = begin;
        throw Fault($"expected {Functions}");
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
