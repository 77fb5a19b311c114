using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Middlewares;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Middlewares;

public sealed class MiddlewareFactoryTests
{
    internal static string? ErrorOf(MiddlewareConfig config)
    {
        var built = new MiddlewareFactory(new()).TryCreate("m@test", config, "r@test", out var model, out var error);
        Assert.Equal(built, model is not null);
        return error;
    }

    [Fact]
    public void Nothing_set_is_an_error_that_names_the_middleware() => Assert.Equal(
        "invalid middleware \"m@test\" configuration: invalid middleware type or middleware does not exist", ErrorOf(new()));

    [Fact]
    public void Two_types_are_an_error() => Assert.Equal(
        MiddlewareErrors.MultipleTypes, ErrorOf(new() { AddPrefix = new() { Prefix = "/a" }, Retry = new() { Attempts = 2 } }));

    [Fact]
    public void A_type_that_is_not_built_yet_is_an_error_and_never_silent()
    {
        Assert.Equal("middleware type chain is not supported yet [EG-UNSUPPORTED]", ErrorOf(new() { Chain = new() { Middlewares = ["a"] } }));
    }

    [Fact]
    public void Headers_need_an_option()
    {
        Assert.Equal("headers configuration not valid", ErrorOf(new() { Headers = new() }));
        Assert.Equal("headers configuration not valid", ErrorOf(new() { Headers = new() { SslRedirect = false, SslHost = "" } }));
        Assert.Null(ErrorOf(new() { Headers = new() { StsSeconds = 0 } }));
        Assert.Null(ErrorOf(new() { Headers = new() { SslRedirect = true } }));
    }

    [Fact]
    public void A_chain_that_contains_itself_is_named_with_its_path() => Assert.Equal(
        "could not instantiate middleware a@nomad: recursion detected in middleware:a@nomad->middleware:b@nomad->middleware:a@nomad",
        MiddlewareErrors.Recursion(["a@nomad", "b@nomad", "a@nomad"]));

    [Fact]
    public void Two_source_criteria_are_an_error() => Assert.Equal(
        "error creating requests limiter: requestHost and RequestHeaderName are mutually exclusive",
        ErrorOf(new() { InFlightReq = new() { Amount = 1, SourceCriterion = new() { RequestHost = true, RequestHeaderName = "X" } } }));
}
