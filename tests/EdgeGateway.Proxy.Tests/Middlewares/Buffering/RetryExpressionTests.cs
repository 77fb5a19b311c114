using EdgeGateway.Proxy.Middlewares.Buffering;
using FsCheck.Xunit;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Middlewares.Buffering;

public sealed class RetryExpressionTests
{
    [Theory]
    [InlineData("IsNetworkError()", 1, 502, "GET", true)]
    [InlineData("IsNetworkError()", 1, 504, "GET", true)]
    [InlineData("IsNetworkError()", 1, 500, "GET", false)]
    [InlineData("IsNetworkError() && Attempts() < 3", 2, 502, "GET", true)]
    [InlineData("IsNetworkError() && Attempts() < 3", 3, 502, "GET", false)]
    [InlineData("Attempts() <= 2", 2, 200, "GET", true)]
    [InlineData("Attempts() > 2", 2, 200, "GET", false)]
    [InlineData("Attempts() >= 2", 2, 200, "GET", true)]
    [InlineData("ResponseCode() == 500", 1, 500, "GET", true)]
    [InlineData("ResponseCode() != 500", 1, 500, "GET", false)]
    [InlineData("RequestMethod() == \"POST\"", 1, 500, "POST", true)]
    [InlineData("RequestMethod() == `POST`", 1, 500, "PUT", false)]
    [InlineData("RequestMethod() != \"POST\"", 1, 500, "PUT", true)]
    [InlineData("ResponseCode() == 1 && ResponseCode() == 2 || Attempts() == 1", 1, 200, "GET", true)] // && binds tighter
    [InlineData("ResponseCode() == 1 && (ResponseCode() == 2 || Attempts() == 1)", 1, 200, "GET", false)]
    public void An_expression_says_whether_to_repeat(string text, int number, int status, string method, bool holds)
    {
        Assert.True(RetryExpression.TryParse(text, out var expression, out var error), error);
        Assert.Equal(holds, expression.Holds(new(number, status, method)));
    }

    [Theory]
    [InlineData(" ", "column 2: expected IsNetworkError(), Attempts(), ResponseCode() or RequestMethod()")]
    [InlineData("IsNetworkErr()", "column 1: expected IsNetworkError(), Attempts(), ResponseCode() or RequestMethod()")]
    [InlineData("Attempts() < 2 && LatencyAtQuantileMS(50.0) > 1", "column 19: expected IsNetworkError(), Attempts(), ResponseCode() or RequestMethod()")]
    [InlineData("Attempts()", "column 11: expected one of > >= < <= == !=")]
    [InlineData("Attempts() < 2.5", "column 14: expected a whole number")]
    [InlineData("Attempts() == \"a\"", "column 15: expected a whole number")]
    [InlineData("RequestMethod() < \"A\"", "column 17: expected == or !=")]
    [InlineData("RequestMethod() == 5", "column 20: expected a text such as \"GET\"")]
    [InlineData("RequestMethod() == \"a", "column 20: expected a text such as \"GET\"")]
    [InlineData("RequestMethod() == \"a\\n\"", "column 20: a text has no escapes")]
    [InlineData("!IsNetworkError()", "column 1: expected IsNetworkError(), Attempts(), ResponseCode() or RequestMethod()")]
    [InlineData("(IsNetworkError()", "column 18: expected )")]
    [InlineData("IsNetworkError() Attempts() < 2", "column 18: expected && or ||")]
    public void A_bad_one_is_an_error_with_its_place(string text, string place)
    {
        var error = MiddlewareFactoryTests.ErrorOf(new() { Buffering = new() { RetryExpression = text } });
        Assert.Equal($"buffering.retryExpression: error while parsing {text}: {place}", error);
    }

    [Property]
    public bool No_text_does_harm(string? text) => RetryExpression.TryParse(text ?? "", out _, out var error) || error is not null;
}
