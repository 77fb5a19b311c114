using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Services;
using EdgeGateway.Proxy.Snapshots;
using Microsoft.AspNetCore.Http;

namespace EdgeGateway.Proxy.Api;

/// <summary>
/// <c>dashboard@internal</c>: the page at the root, whatever prefix was taken off before. There are no other files
/// (runtime-behaviour §5.4).
/// </summary>
public sealed class DashboardService(ApiOptions options, SnapshotHolder snapshots) : HttpServiceModel("dashboard@internal")
{
    /// <inheritdoc />
    public override async ValueTask HandleAsync(GatewayContext context)
    {
        await Task.Yield();
        var target = context.Target.ToString().AsSpan();
        var mark = target.IndexOf('?');
        await ((mark < 0 ? target : target[..mark]) is "/"
            ? ApiAnswer.HtmlAsync(context, DashboardPage.Render(options, snapshots.Current.Report.Value))
            : ErrorAnswer.PlainAsync(context, StatusCodes.Status404NotFound, "404 page not found"));
    }
}
