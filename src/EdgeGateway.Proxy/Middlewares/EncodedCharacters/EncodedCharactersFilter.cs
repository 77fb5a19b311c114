using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;

namespace EdgeGateway.Proxy.Middlewares.EncodedCharacters;

/// <summary><c>encodedCharacters</c>: a path with an escape that is not allowed is answered with a bare 400 (runtime-behaviour §2.9).</summary>
internal sealed class EncodedCharactersFilter(string name, EncodedCharactersMiddlewareConfig config) : RequestFilter(name, actsOnResponse: false)
{
    private readonly Routing.EncodedCharacters _denied = Routing.EncodedCharacters.From(new()
    {
        AllowEncodedSlash = config.AllowEncodedSlash,
        AllowEncodedBackSlash = config.AllowEncodedBackSlash,
        AllowEncodedNullCharacter = config.AllowEncodedNullCharacter,
        AllowEncodedSemicolon = config.AllowEncodedSemicolon,
        AllowEncodedPercent = config.AllowEncodedPercent,
        AllowEncodedQuestionMark = config.AllowEncodedQuestionMark,
        AllowEncodedHash = config.AllowEncodedHash,
    });

    public override bool OnRequest(GatewayContext context)
    {
        if (!_denied.IsDenied(context.Target.EscapedPath))
        {
            return true;
        }

        context.SetAnswer(StatusCodes.Status400BadRequest);
        return false;
    }
}
