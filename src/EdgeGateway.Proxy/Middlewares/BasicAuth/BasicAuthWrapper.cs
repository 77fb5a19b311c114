using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Middlewares.Credentials;
using EdgeGateway.Proxy.Middlewares.Headers;
using EdgeGateway.Proxy.Pipeline;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Proxy.Middlewares.BasicAuth;

/// <summary>
/// <c>basicAuth</c> (RFC 7617; runtime-behaviour §2.2). Slow hashes are checked off the I/O thread, and once for each password
/// (<see cref="CheckedPasswords"/>). When too many checks wait, the request is answered 503.
/// </summary>
internal sealed class BasicAuthWrapper : RequestWrapper
{
    // More than any password manager makes, and MD5-crypt takes a thousand times as long for each byte.
    private const int MaxPassword = 4096;

    private readonly UserFile<BasicAuthUsers> _users;
    private readonly string _challenge;
    private readonly AuthenticatedUser _user;

    private BasicAuthWrapper(string name, BasicAuthConfig config, UserFile<BasicAuthUsers> users)
        : base(name)
    {
        _users = users;
        _challenge = HeaderText.Clean($"Basic realm=\"{(config.Realm is { Length: > 0 } realm ? realm : "traefik")}\"");
        _user = new(config.HeaderField is { Length: > 0 } field && HeaderText.IsToken(field) ? field : null, config.RemoveHeader);
    }

    /// <summary>Compiles the middleware; reads the users' file.</summary>
    /// <param name="name">Qualified name.</param>
    /// <param name="config">What the user wrote.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">Is told of a changed file that cannot be used.</param>
    /// <param name="wrapper">The result; null on an error.</param>
    /// <param name="error">What is wrong; never shows an entry.</param>
    public static bool TryCreate(
        string name, BasicAuthConfig config, TimeProvider time, ILogger logger,
        [NotNullWhen(true)] out BasicAuthWrapper? wrapper, [NotNullWhen(false)] out string? error)
    {
        wrapper = BasicAuthUsers.TryRead(config, out var users, out error)
            ? new(name, config, new(
                config.UsersFile, users,
                () => (BasicAuthUsers.TryRead(config, out var again, out var fault) ? again : null, fault),
                time, fault => UserFileLog.Kept(logger, name, fault)))
            : null;
        return wrapper is not null;
    }

    /// <inheritdoc />
    public override ValueTask InvokeAsync(GatewayContext context, RequestHandler next)
    {
        if (!TryReadCredentials(context.Http.Request.Headers.Authorization, out var user, out var password))
        {
            // Asked, and nobody said a name: not the same as not asked.
            context.UserName = "";
            return RefuseAsync(context);
        }

        // The log shows who tried, too.
        context.UserName = user;
        var users = _users.Current;
        var hash = users.HashOf(user, out var isKnown);
        if (!hash.IsSlow)
        {
            return hash.Verify(password) && isKnown ? PassAsync(context, next, user) : RefuseAsync(context);
        }

        var key = CheckedPasswords.KeyOf(user, password);
        if (users.Checked.TryFind(key, out var isRight))
        {
            return isRight ? PassAsync(context, next, user) : RefuseAsync(context);
        }

        return CheckAsync(context, next, user, users.Checked.CheckAsync(key, isKnown ? hash : new Decoy(hash), password, context.Connection.Peer.Address));
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask CheckAsync(GatewayContext context, RequestHandler next, string user, Task<bool?> check)
    {
        switch (await check.WaitAsync(context.Http.RequestAborted))
        {
            case true:
                await PassAsync(context, next, user);
                break;
            case false:
                await RefuseAsync(context);
                break;
            default:
                context.Http.Response.Headers.RetryAfter = "1";
                await ErrorAnswer.BareAsync(context, StatusCodes.Status503ServiceUnavailable, "Service Unavailable");
                break;
        }
    }

    private ValueTask PassAsync(GatewayContext context, RequestHandler next, string user)
    {
        _user.Tell(context, user);
        return next(context);
    }

    private ValueTask RefuseAsync(GatewayContext context)
    {
        var headers = context.Http.Response.Headers;
        headers.ContentType = "text/plain";
        headers.WWWAuthenticate = _challenge;
        return ErrorAnswer.BareAsync(context, StatusCodes.Status401Unauthorized, "401 Unauthorized\n");
    }

    private static bool TryReadCredentials(string? header, [NotNullWhen(true)] out string? user, [NotNullWhen(true)] out byte[]? password)
    {
        const string Scheme = "Basic ";
        user = null;
        password = null;
        if (header is null || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var text = header.AsSpan(Scheme.Length);
        var bytes = text.Length <= 1024 ? stackalloc byte[768] : new byte[text.Length / 4 * 3];
        if (!Convert.TryFromBase64Chars(text, bytes, out var length) || bytes[..length].IndexOf((byte)':') is not (>= 0 and var colon)
            || length - colon > MaxPassword)
        {
            return false;
        }

        user = Encoding.UTF8.GetString(bytes[..colon]);
        password = bytes[(colon + 1)..length].ToArray();
        bytes.Clear();
        return true;
    }

    // A stranger's password is as wrong as it is slow to check, even when it is the one of the user whose hash is used.
    private sealed class Decoy(PasswordHash hash) : PasswordHash
    {
        public override bool IsSlow => hash.IsSlow;

        public override bool Verify(ReadOnlySpan<byte> password)
        {
            _ = hash.Verify(password);
            return false;
        }
    }
}
