using Microsoft.AspNetCore.Http;

namespace EdgeGateway.Proxy.Pipeline;

/// <summary>What a status says of its answer.</summary>
internal static class AnswerStatus
{
    /// <summary>True when a body may follow, unless the request was a HEAD (RFC 9110 §6.4.1).</summary>
    public static bool HasBody(int status) => status is >= 200 and not (StatusCodes.Status204NoContent or StatusCodes.Status304NotModified);
}
