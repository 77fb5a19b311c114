namespace EdgeGateway.Nomad;

/// <summary>
/// Fills what the user left open from the environment, in the order of nomad-api §9.4: address from <c>NOMAD_ADDR</c>,
/// <c>NOMAD_UNIX_ADDR</c>, <c>$NOMAD_SECRETS_DIR/api.sock</c>, 127.0.0.1:4646; token from <c>NOMAD_TOKEN</c>, then the
/// task's token file. <c>NOMAD_NAMESPACE</c> is ignored: in a task it is the job's own, not a wish to see only that one.
/// </summary>
public static class NomadEnvironment
{
    /// <summary>Returns the options with everything that was null in <paramref name="address"/>, <paramref name="options"/> filled.</summary>
    /// <param name="options">What flags and files gave; <see cref="NomadProviderOptions.Address"/> is replaced.</param>
    /// <param name="address">The configured address; null or empty = not configured.</param>
    /// <param name="variable">Reads an environment variable.</param>
    /// <param name="fileExists">Tells whether a file or socket exists.</param>
    public static NomadProviderOptions Apply(
        NomadProviderOptions options, string? address, Func<string, string?> variable, Func<string, bool> fileExists)
    {
        var secrets = Value(variable, "NOMAD_SECRETS_DIR");
        var (where, source) = Address(address, secrets, variable, fileExists);
        return options with
        {
            Address = where,
            AddressSource = source,
            Token = NullIfEmpty(options.Token) ?? Value(variable, "NOMAD_TOKEN"),
            // Also beside NOMAD_TOKEN: when that one is refused the file may hold a newer one. Not beside a configured token.
            TokenFile = options.TokenFile ?? (NullIfEmpty(options.Token) is null && secrets is not null ? Path.Combine(secrets, "nomad_token") : null),
            Region = NullIfEmpty(options.Region) ?? Value(variable, "NOMAD_REGION"),
            Tls = Tls(options.Tls, variable),
        };
    }

    private static (string Address, string Source) Address(
        string? configured, string? secrets, Func<string, string?> variable, Func<string, bool> fileExists)
    {
        if (NullIfEmpty(configured) is { } address)
        {
            return (address, "providers.nomad.endpoint.address");
        }

        foreach (var name in (ReadOnlySpan<string>)["NOMAD_ADDR", "NOMAD_UNIX_ADDR"])
        {
            if (Value(variable, name) is { } value)
            {
                return (value, name);
            }
        }

        return secrets is not null && Path.Combine(secrets, "api.sock") is var socket && fileExists(socket)
            ? ("unix://" + socket, "NOMAD_SECRETS_DIR")
            : (NomadProviderOptions.DefaultAddress, "default");
    }

    /// <summary>The official client's variables (nomad-api §1.1); a configured section wins field by field.</summary>
    private static NomadTlsOptions? Tls(NomadTlsOptions? tls, Func<string, string?> variable)
    {
        var filled = new NomadTlsOptions
        {
            Ca = NullIfEmpty(tls?.Ca) ?? Value(variable, "NOMAD_CACERT"),
            Cert = NullIfEmpty(tls?.Cert) ?? Value(variable, "NOMAD_CLIENT_CERT"),
            Key = NullIfEmpty(tls?.Key) ?? Value(variable, "NOMAD_CLIENT_KEY"),
            ServerName = NullIfEmpty(tls?.ServerName) ?? Value(variable, "NOMAD_TLS_SERVER_NAME"),
            // Go's spellings of true; anything else is ignored as the official client does.
            InsecureSkipVerify = tls?.InsecureSkipVerify == true
                || Value(variable, "NOMAD_SKIP_VERIFY") is "1" or "t" or "T" or "TRUE" or "true" or "True",
        };
        return filled == new NomadTlsOptions() ? null : filled;
    }

    private static string? Value(Func<string, string?> variable, string name) => NullIfEmpty(variable(name));

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
