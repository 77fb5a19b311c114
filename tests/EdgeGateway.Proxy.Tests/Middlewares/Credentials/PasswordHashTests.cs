using System.Text;
using EdgeGateway.Proxy.Middlewares.Credentials;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Middlewares.Credentials;

/// <summary>Vectors made with libxcrypt (<c>crypt</c> of Debian's perl) and <c>openssl passwd</c>.</summary>
public sealed class PasswordHashTests
{
    private const string Long = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"; // 71

    [Theory]
    [InlineData("", "$2b$04$abcdefghijklmnopqrstuubyCG3zY1GIXMyxfivm.ClDiInHzxjiq")]
    [InlineData("a", "$2b$04$abcdefghijklmnopqrstuuMFdJu9yVgmagVAIC24fOZkaFqd3s9JC")]
    [InlineData("pässword", "$2b$04$abcdefghijklmnopqrstuum174eFeoTj0DHmtuueFaS3Wde4P7wHG")]
    [InlineData(Long, "$2b$04$abcdefghijklmnopqrstuu.gc7UY/21CSNJGJg21jJzx9QiOpJ9bO")]
    [InlineData(Long + "x", "$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i")]
    [InlineData(Long + "x and more", "$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i")]
    [InlineData("secret", "$2y$10$N9qo8uLOickgx2ZMRZoMyecBPBZPbMY9K9Iy/VaK.7YTHTLYF41De")]
    [InlineData("secret", "$2a$10$N9qo8uLOickgx2ZMRZoMyecBPBZPbMY9K9Iy/VaK.7YTHTLYF41De")]
    [InlineData("", "$apr1$8sFt66rZ$QkOfebwJVEOpEluExHsip.")]
    [InlineData("", "$1$abc$Or2rbeUYTvt12aiVzMuS/.")]
    [InlineData("a", "$apr1$8sFt66rZ$ZQyG/P2SewAXpDgC1ke9d0")]
    [InlineData("a", "$1$abc$uAXS.Zj1ZDNcW9iX1TVH2/")]
    [InlineData("pässword", "$apr1$8sFt66rZ$mZmuFRFRLd/fqji9JCgIf1")]
    [InlineData("pässword", "$1$abc$HBj.ZbTSVr0W7DLwEAxY0.")]
    [InlineData("0123456789012345678901234567890123", "$apr1$8sFt66rZ$czqiJqeR.zGMa//unEoS30")]
    [InlineData("0123456789012345678901234567890123", "$1$abc$bqtW9Qeux2oQu159zrlQr/")]
    [InlineData("secret", "{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=")]
    public void A_password_matches_its_hash_and_no_other(string password, string hash)
    {
        var parsed = PasswordHash.Parse(hash);

        Assert.True(parsed.Verify(Encoding.UTF8.GetBytes(password)));
        Assert.False(parsed.Verify(Encoding.UTF8.GetBytes("?" + password)));
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("")]
    [InlineData("{SHA}secret")]
    [InlineData("{SHA}c2VjcmV0")]
    [InlineData("$2y$10$secret")]
    [InlineData("$2y$99$N9qo8uLOickgx2ZMRZoMyecBPBZPbMY9K9Iy/VaK.7YTHTLYF41De")]
    [InlineData("$2y$10$N9qo8uLOickgx2ZMRZoMye*BPBZPbMY9K9Iy/VaK.7YTHTLYF41De")]
    [InlineData("$apr1$secret")]
    public void What_is_no_hash_matches_nothing(string hash)
    {
        foreach (var password in (string[])["secret", "", hash])
        {
            Assert.False(PasswordHash.Parse(hash).Verify(Encoding.UTF8.GetBytes(password)));
        }
    }
}
