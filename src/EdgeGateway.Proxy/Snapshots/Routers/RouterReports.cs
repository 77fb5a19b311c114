using System.Collections;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Routing;

namespace EdgeGateway.Proxy.Snapshots.Routers;

/// <summary>
/// What is said about the routers that one configured router became. A router without a fault is fully described by its model: of ten
/// thousand such nothing more is kept, the report is written again when somebody asks.
/// </summary>
internal readonly struct RouterReports : IEnumerable<RouterReport>
{
    // The reports, or the model that tells all of the only one.
    private readonly object _told;

    public RouterReports(string provider, List<RouterReport> reports, List<(string EntryPoint, HttpRouterModel Model)> models)
    {
        if (reports.Count == 1 && models.Count > 0 && Write(models[0].Model, provider).Equals(reports[0]))
        {
            // Written from the model it is the same report, whatever a report says.
            _told = models[0].Model;
        }
        else
        {
            _told = reports.ToArray();
        }
    }

    /// <inheritdoc />
    public IEnumerator<RouterReport> GetEnumerator()
    {
        IEnumerable<RouterReport> reports = _told is HttpRouterModel model
            ? [Write(model, model.Name[(model.Name.LastIndexOf('@') + 1)..])]
            : (RouterReport[])_told;
        return reports.GetEnumerator();
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static RouterReport Write(HttpRouterModel model, string provider) => new(
        model.Name, provider, ShownRouter.Of(model.Config, provider, model.Priority), ElementStatus.Enabled, ConfigList<string>.Empty,
        model.Config.EntryPoints,
        ShownRouter.Service(model.Config, provider)?.ToString() ?? "");
}
