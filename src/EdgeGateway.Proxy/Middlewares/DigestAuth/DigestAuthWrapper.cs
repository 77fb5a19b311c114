using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EdgeGateway.Configuration.Dynamic;
using EdgeGateway.Proxy.Middlewares.Credentials;
using EdgeGateway.Proxy.Middlewares.Headers;
using EdgeGateway.Proxy.Pipeline;
using EdgeGateway.Proxy.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EdgeGateway.Proxy.Middlewares.DigestAuth;

/// <summary><c>digestAuth</c> (RFC 7616 with MD5 and <c>qop=auth</c>; runtime-behaviour §2.8).</summary>
internal sealed class DigestAuthWrapper : RequestWrapper
{
    private readonly UserFile<FrozenDictionary<string, string>> _users;
    private readonly DigestNonces _nonces;
    private readonly string _realm;
    private readonly AuthenticatedUser _user;

    private DigestAuthWrapper(string name, DigestAuthConfig config, UserFile<FrozenDictionary<string, string>> users, DigestNonces nonces)
        : base(name)
    {
        _users = users;
        _nonces = nonces;
        _realm = HeaderText.Clean(RealmOf(config));
        _user = new(config.HeaderField is { Length: > 0 } field && HeaderText.IsToken(field) ? field : null, config.RemoveHeader);
    }

    /// <summary>Compiles the middleware; reads the users' file.</summary>
    /// <param name="name">Qualified name.</param>
    /// <param name="config">What the user wrote.</param>
    /// <param name="nonces">The nonces of this use of the middleware.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">Is told of a changed file that cannot be used.</param>
    /// <param name="wrapper">The result; null on an error.</param>
    /// <param name="error">What is wrong; never shows an entry.</param>
    public static bool TryCreate(
        string name, DigestAuthConfig config, DigestNonces nonces, TimeProvider time, ILogger logger,
        [NotNullWhen(true)] out DigestAuthWrapper? wrapper, [NotNullWhen(false)] out string? error)
    {
        wrapper = TryRead(config, out var users, out error)
            ? new(name, config, new(
                config.UsersFile, users, () => (TryRead(config, out var again, out var fault) ? again : null, fault), time,
                fault => UserFileLog.Kept(logger, name, fault)), nonces)
            : null;
        return wrapper is not null;
    }

    /// <inheritdoc />
    public override ValueTask InvokeAsync(GatewayContext context, RequestHandler next)
    {
        var headers = context.Http.Request.Headers;
        if (!DigestCredentials.TryRead(headers.Authorization, out var credentials))
        {
            return RefuseAsync(context, isStale: false);
        }

        var user = credentials["username"];
        context.UserName = user.Length > 0 ? user : null;
        if (!IsRight(context, credentials)
            || !ulong.TryParse(credentials["nc"], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var count))
        {
            return RefuseAsync(context, isStale: false);
        }

        // Another opaque is from before a restart.
        switch (credentials["opaque"] == _nonces.Opaque ? _nonces.Use(credentials["nonce"], count) : NonceUse.Stale)
        {
            case NonceUse.Replayed:
                return RefuseAsync(context, isStale: false);
            case NonceUse.Stale:
                return RefuseAsync(context, isStale: true);
        }

        _user.Tell(context, user);
        return next(context);
    }

    private static string RealmOf(DigestAuthConfig config) => config.Realm is { Length: > 0 } realm ? realm : "traefik";

    // The users of the realm, with their hashes.
    private static bool TryRead(
        DigestAuthConfig config, [NotNullWhen(true)] out FrozenDictionary<string, string>? users, [NotNullWhen(false)] out string? error)
    {
        users = null;
        if (!UserTable.TryRead(config.Users, config.UsersFile, "name:realm:hash", out var table, out error))
        {
            return false;
        }

        var suffix = ":" + RealmOf(config);
        users = table.Where(entry => entry.Key.EndsWith(suffix, StringComparison.Ordinal))
            .ToFrozenDictionary(entry => entry.Key[..^suffix.Length], static entry => entry.Value.ToLowerInvariant(), StringComparer.Ordinal);
        return true;
    }

    private bool IsRight(GatewayContext context, DigestCredentials credentials)
    {
        if (credentials["algorithm"] != "MD5" || credentials["qop"] != "auth" || !IsOfRequest(context, credentials["uri"]))
        {
            return false;
        }

        // Computed for strangers as well: time does not tell who exists.
        var isKnown = _users.Current.TryGetValue(credentials["username"], out var secret);
        var request = Md5($"{context.Method}:{credentials["uri"]}");
        var expected = Md5($"{secret}:{credentials["nonce"]}:{credentials["nc"]}:{credentials["cnonce"]}:auth:{request}");
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(credentials["response"])) && isKnown;
    }

    // The target as it came or as middlewares left it, or a path in front of it: some clients leave the query out.
    private static bool IsOfRequest(GatewayContext context, string uri)
    {
        if (uri == context.RawTarget || uri == context.OriginalTarget.ToString() || uri == context.Target.ToString())
        {
            return true;
        }

        var end = uri.AsSpan().IndexOfAny('?', '#');
        var path = EscapedPath.Decode(end < 0 ? uri : uri[..end]);
        return path.Length > 0 && EscapedPath.Decode(context.Target.EscapedPath).StartsWith(path, StringComparison.Ordinal);
    }

    private ValueTask RefuseAsync(GatewayContext context, bool isStale)
    {
        var headers = context.Http.Response.Headers;
        headers.ContentType = "text/plain";
        headers.WWWAuthenticate =
            $"Digest realm=\"{_realm}\", nonce=\"{_nonces.Make()}\", opaque=\"{_nonces.Opaque}\",{(isStale ? " stale=\"true\"," : "")} algorithm=\"MD5\", qop=\"auth\"";
        return ErrorAnswer.BareAsync(context, StatusCodes.Status401Unauthorized, "401 Unauthorized\n");
    }

    [SuppressMessage("Security", "CA5351", Justification = "The algorithm of the challenge (RFC 7616 §3.3); clients know no other.")]
    private static string Md5(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));
}
