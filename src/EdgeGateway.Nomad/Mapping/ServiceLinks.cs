namespace EdgeGateway.Nomad.Mapping;

/// <summary>The automatic link from a router to a service (dynamic-config §2.4).</summary>
internal static class ServiceLinks
{
    internal static string Ambiguous(string router, IEnumerable<string> services) =>
        $"router {router} cannot be linked automatically: the tags declare several services ({string.Join(", ", services)}); say which with .service=";
}
