using EdgeGateway.Proxy.Pipeline;

namespace EdgeGateway.Proxy.Middlewares.Credentials;

/// <summary>What the server learns of a user whose password was right.</summary>
/// <param name="headerField">Header that carries the name (<c>headerField</c>); null = none.</param>
/// <param name="removeHeader">The credentials stay here (<c>removeHeader</c>).</param>
internal sealed class AuthenticatedUser(string? headerField, bool removeHeader)
{
    /// <summary>Edits the request.</summary>
    public void Tell(GatewayContext context, string user)
    {
        var headers = context.Http.Request.Headers;
        if (headerField is not null)
        {
            // In the configured spelling, and never beside one that the client sent.
            headers.Remove(headerField);
            headers[headerField] = user;
        }

        if (removeHeader)
        {
            headers.Authorization = default;
        }
    }
}
