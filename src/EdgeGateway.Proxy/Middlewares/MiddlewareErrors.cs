using EdgeGateway.Proxy.Snapshots;

namespace EdgeGateway.Proxy.Middlewares;

/// <summary>Texts of Traefik for middlewares that cannot be built; API and dashboard show them.</summary>
public static class MiddlewareErrors
{
    /// <summary>More than one type is set.</summary>
    public const string MultipleTypes =
        "cannot create middleware: multi-types middleware not supported, consider declaring two different pieces of middleware instead";

    /// <summary>A router or chain names a middleware that is not there.</summary>
    public static string DoesNotExist(string qualifiedName) => $"middleware \"{qualifiedName}\" does not exist";

    /// <summary>No type is set.</summary>
    public static string NoType(string qualifiedName) =>
        $"invalid middleware \"{qualifiedName}\" configuration: invalid middleware type or middleware does not exist";

    /// <summary>A chain contains itself.</summary>
    /// <param name="path">Qualified names from the outermost to the one that is there for the second time.</param>
    public static string Recursion(IEnumerable<string> path)
    {
        string[] names = [.. path];
        return $"could not instantiate middleware {names[^1]}: recursion detected in {string.Join("->", names.Select(static name => "middleware:" + name))}";
    }

    /// <summary>A type that Traefik knows and this version does not.</summary>
    public static string NotSupported(string type) => Unsupported.Text($"middleware type {type}");
}
