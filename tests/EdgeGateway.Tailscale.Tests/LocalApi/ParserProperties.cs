using EdgeGateway.Tailscale.LocalApi;
using FsCheck;
using FsCheck.Xunit;

namespace EdgeGateway.Tailscale.Tests.LocalApi;

public class ParserProperties
{
    [Property]
    public void A_notification_never_throws(byte[] line) => IpnNotification.Parse(line);

    [Property]
    public void A_pair_throws_nothing_but_its_own_error(NonNull<string> text)
    {
        try
        {
            CertificatePair.Parse("a.b.ts.net", System.Text.Encoding.UTF8.GetBytes($"-----BEGIN EC PRIVATE KEY-----\n{text.Get}\n-----END EC PRIVATE KEY-----\n"));
        }
        catch (LocalApiException e) when (e.Fault == LocalApiFault.BadAnswer)
        {
            // what callers expect
        }
    }

    [Property]
    public bool A_name_that_is_accepted_survives_normalisation(NonNull<string> text)
    {
        var name = TailnetName.Normalize(text.Get + ".machine.tailnet.ts.net");
        return !TailnetName.IsValid(name) || TailnetName.Normalize(name) == name;
    }
}
