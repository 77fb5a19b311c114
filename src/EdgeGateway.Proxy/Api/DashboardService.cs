using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Services;
using EdgeGateway.Proxy.Snapshots;
using Microsoft.AspNetCore.Http;

namespace EdgeGateway.Proxy.Api;

/// <summary>
/// <c>dashboard@internal</c>: the page at <c>/dashboard/</c>, with a permanent redirect from <c>/</c>. Traefik does the redirect
/// with a middleware of the insecure router; here the service knows its own place.
/// </summary>
public sealed class DashboardService(ApiOptions options, SnapshotHolder snapshots) : HttpServiceModel("dashboard@internal")
{
    /// <inheritdoc />
    public override async ValueTask HandleAsync(GatewayContext context)
    {
        await Task.Yield();
        var target = context.Upstream.Target.AsSpan();
        var mark = target.IndexOf('?');
        var path = (mark < 0 ? target : target[..mark]).ToString();
        switch (path)
        {
            case "/dashboard/" or "/dashboard":
                await ApiAnswer.HtmlAsync(context, DashboardPage.Render(options, snapshots.Current.Report.Value));
                break;
            case "/":
                context.Http.Response.Headers.Location = "/dashboard/";
                await ErrorAnswer.BareAsync(
                    context,
                    HttpMethods.IsGet(context.Http.Request.Method) ? StatusCodes.Status301MovedPermanently : StatusCodes.Status308PermanentRedirect);
                break;
            default:
                await ErrorAnswer.PlainAsync(context, StatusCodes.Status404NotFound, "404 page not found");
                break;
        }
    }
}
