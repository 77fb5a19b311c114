using System.Buffers.Binary;
using EdgeGateway.Proxy.Tls;
using FsCheck.Xunit;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Tls;

public sealed class ClientHelloTests
{
    public static TheoryData<string> Recordings()
    {
        var data = new TheoryData<string>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Corpus.Folder, "recordings", "clienthello"), "*.json"))
        {
            data.Add(Path.GetFileNameWithoutExtension(file));
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Recordings))]
    public void Every_recorded_client_is_read_and_is_incomplete_at_every_earlier_byte(string name)
    {
        var bytes = Bytes(name);
        Assert.Equal(ClientHelloStatus.Complete, ClientHello.Read(bytes, out var hello));
        Assert.Equal(ExpectedName(name), hello.ServerName);
        AssertProtocols(name, hello.Protocols);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal(ClientHelloStatus.Incomplete, ClientHello.Read(bytes.AsSpan(0, length), out _));
        }
    }

    [Theory]
    [MemberData(nameof(Recordings))]
    public void A_hello_spread_over_records_of_any_size_is_the_same_hello(string name)
    {
        var bytes = Bytes(name);
        foreach (var size in new[] { 1, 2, 3, 4, 5, 7, 64, 500, 1000 })
        {
            var cut = Records(bytes.AsSpan(5), size);
            Assert.Equal(ClientHelloStatus.Complete, ClientHello.Read(cut, out var hello));
            Assert.Equal(ExpectedName(name), hello.ServerName);
            for (var length = 0; length < cut.Length; length++)
            {
                Assert.Equal(ClientHelloStatus.Incomplete, ClientHello.Read(cut.AsSpan(0, length), out _));
            }
        }
    }

    [Property(MaxTest = 2000)]
    public bool Any_bytes_give_a_status_and_no_exception(byte[] bytes)
    {
        byte[] record = [0x16, 3, 1, (byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes];
        byte[] message = [0x16, 3, 1, (byte)((bytes.Length + 4) >> 8), (byte)(bytes.Length + 4), 1, 0, (byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes];
        return Enum.IsDefined(ClientHello.Read(bytes, out _))
            && Enum.IsDefined(ClientHello.Read(record, out _))
            && Enum.IsDefined(ClientHello.Read(message, out _));
    }

    [Property(MaxTest = 2000)]
    public bool A_real_hello_with_one_byte_changed_gives_a_status_and_no_exception(int index, byte value)
    {
        var bytes = Bytes("python-ssl");
        bytes[(int)((uint)index % (uint)bytes.Length)] = value;
        return Enum.IsDefined(ClientHello.Read(bytes, out _));
    }

    [Theory]
    [MemberData(nameof(Recordings))]
    public void Reading_a_hello_like_one_before_allocates_nothing_also_spread_over_records(string name)
    {
        var (whole, spread) = (Bytes(name), Records(Bytes(name).AsSpan(5), 100));
        for (var i = 0; i < 50; i++)
        {
            ClientHello.Read(whole, out _); // the texts are known, the pool has its buffer
            ClientHello.Read(spread, out _);
        }

        // The least of some rounds: code that runs often is compiled anew on this thread's time.
        var least = long.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 20; i++)
            {
                ClientHello.Read(whole, out _);
                ClientHello.Read(spread, out _);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    [Fact]
    public void Ten_thousand_names_are_all_read_rightly_although_they_share_places()
    {
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 10_000; i++)
            {
                Assert.Equal(ClientHelloStatus.Complete, ClientHello.Read(Hello($"n{i}.Example.test"), out var hello));
                Assert.Equal($"n{i}.example.test", hello.ServerName);
            }
        }
    }

    [Fact]
    public void A_hello_above_64_KiB_is_given_up()
    {
        var message = new byte[ClientHello.MaxSize + 5];
        message[0] = 1;
        message[1] = 1; // 65537 bytes
        message[3] = 1;
        Assert.Equal(ClientHelloStatus.Malformed, ClientHello.Read(Records(message, 16384), out _));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("\u0016\u0002\u0001")]
    public void What_is_not_TLS_is_malformed(string text) =>
        Assert.Equal(ClientHelloStatus.Malformed, ClientHello.Read(System.Text.Encoding.Latin1.GetBytes(text), out _));

    [Theory]
    [InlineData("App.Example.TEST.", "app.example.test")]
    [InlineData("127.0.0.1", null)]
    [InlineData("::1", null)]
    [InlineData("xn--bcher-kva.example", "xn--bcher-kva.example")]
    public void Names_are_normalised_and_addresses_are_no_names(string sent, string? name)
    {
        Assert.Equal(ClientHelloStatus.Complete, ClientHello.Read(Hello(sent), out var hello));
        Assert.Equal(name, hello.ServerName);
    }

    private static byte[] Bytes(string name) =>
        Convert.FromHexString(Corpus.Json($"recordings/clienthello/{name}.json").GetProperty("hex").GetString()!);

    // README of the recordings.
    private static string? ExpectedName(string name) => name switch
    {
        "h2load" => "localhost",
        "openssl-nosni" or "psql" => null,
        _ => "app.example.test",
    };

    private static void AssertProtocols(string name, string[] protocols)
    {
        switch (name)
        {
            case "chromium" or "firefox" or "curl-openssl" or "openssl-tls12":
                Assert.Equal(["h2", "http/1.1"], protocols);
                break;
            case "curl-http1":
                Assert.Equal(["http/1.1"], protocols);
                break;
            case "go-1.26" or "h2load":
                Assert.Contains("h2", protocols);
                break;
            case "openssl-nosni" or "gnutls":
                Assert.Empty(protocols);
                break;
        }
    }

    private static byte[] Records(ReadOnlySpan<byte> message, int size)
    {
        var all = new List<byte>();
        while (!message.IsEmpty)
        {
            var length = Math.Min(size, message.Length);
            all.AddRange([0x16, 3, 1, (byte)(length >> 8), (byte)length]);
            all.AddRange(message[..length]);
            message = message[length..];
        }

        return [.. all];
    }

    private static byte[] Hello(string name)
    {
        var text = System.Text.Encoding.ASCII.GetBytes(name);
        byte[] list = [0, .. Length16(text), .. text];
        byte[] extension = [.. Length16(list), .. list];
        byte[] extensions = [0, 0, .. Length16(extension), .. extension];
        byte[] body = [3, 3, .. new byte[32], 0, 0, 2, 0x13, 1, 1, 0, .. Length16(extensions), .. extensions];
        return Records([1, 0, .. Length16(body), .. body], 16384);
    }

    private static byte[] Length16(byte[] bytes)
    {
        var length = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)bytes.Length);
        return length;
    }
}
