namespace EdgeGateway.Quickstart.Upstreams;

/// <summary>A front page like that of the demo shop, small enough to read in a terminal.</summary>
internal static class HashiCupsPage
{
    public static ReadOnlyMemory<byte> Html { get; } = """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><title>HashiCups (stand-in)</title></head>
        <body><h1>HashiCups</h1><p>A stand-in for the demo shop, behind EdgeGateway.</p>
        <ul><li>Packer Spiced Latte</li><li>Vaulatte</li><li>Nomadicano</li><li>Terraspresso</li></ul>
        <p><a href="/whoami">whoami</a></p></body></html>

        """u8.ToArray();
}
