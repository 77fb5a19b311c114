namespace EdgeGateway.Proxy.Middlewares.Credentials;

/// <summary>A stored password of an htpasswd entry: <c>{SHA}</c>, bcrypt or MD5-crypt (runtime-behaviour §2.2).</summary>
internal abstract class PasswordHash
{
    /// <summary>True when a check takes more than the 0.2 ms that may be spent on an I/O thread.</summary>
    public abstract bool IsSlow { get; }

    /// <summary>Computes the password's hash and compares in constant time.</summary>
    public abstract bool Verify(ReadOnlySpan<byte> password);

    /// <summary>Reads an entry's second part. What is none of the three matches no password, plain text least of all.</summary>
    public static PasswordHash Parse(string text) => (text switch
    {
        _ when text.StartsWith("{SHA}", StringComparison.Ordinal) => (PasswordHash?)ShaHash.TryParse(text),
        ['$', '2', 'a' or 'b' or 'x' or 'y', '$', ..] => BcryptHash.TryParse(text),
        _ => Md5CryptHash.TryParse(text),
    }) ?? Nothing.Instance;

    private sealed class Nothing : PasswordHash
    {
        public static readonly Nothing Instance = new();

        public override bool IsSlow => false;

        public override bool Verify(ReadOnlySpan<byte> password) => false;
    }
}
