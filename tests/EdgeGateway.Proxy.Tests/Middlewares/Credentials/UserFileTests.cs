using EdgeGateway.Proxy.Middlewares.Credentials;
using Xunit;

namespace EdgeGateway.Proxy.Tests.Middlewares.Credentials;

public sealed class UserFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void A_changed_file_is_read_again_and_a_bad_one_changes_nothing_and_is_told_once()
    {
        var told = new List<string>();
        Write("a:1", 1);
        var users = new UserFile<string>(_path, Read().Users!, Read, TimeProvider.System, told.Add);
        Assert.Equal("a", users.Current);

        Write("b:2", 2);
        users.Look();
        Assert.Equal("b", users.Current);

        Write("password", 3);
        users.Look();
        users.Look();
        Assert.Equal(("b", $"usersFile {_path}, line 1: an entry must be name:hash"), (users.Current, Assert.Single(told)));

        File.Delete(_path);
        users.Look();
        Assert.Equal(("b", 2), (users.Current, told.Count));

        Write("c:3", 4);
        users.Look();
        Assert.Equal("c", users.Current);
    }

    [Fact]
    public void Bad_entries_are_named_by_their_place_and_never_shown()
    {
        Assert.False(UserTable.TryRead(["a:1", "s3cret"], null, "name:hash", out _, out var error));
        Assert.Equal("users[1]: an entry must be name:hash", error);
        Assert.False(UserTable.TryRead(["a:b:c"], null, "name:hash", out _, out _));
        Assert.False(UserTable.TryRead(["a:b"], null, "name:realm:hash", out _, out _));
        Assert.False(UserTable.TryRead([], null, "name:hash", out _, out error));
        Assert.StartsWith("no user", error, StringComparison.Ordinal);
        Assert.False(UserTable.TryRead(["a:1"], "/does/not/exist", "name:hash", out _, out error));
        Assert.Contains("/does/not/exist", error, StringComparison.Ordinal);
    }

    private (string? Users, string? Error) Read() =>
        UserTable.TryRead([], _path, "name:hash", out var table, out var error) ? (string.Join(',', table.Keys), null) : (null, error);

    // The second apart that coarse file systems need.
    private void Write(string text, int second)
    {
        File.WriteAllText(_path, "# users\n\n" + text + "\n");
        if (text == "password")
        {
            File.WriteAllText(_path, text);
        }

        File.SetLastWriteTimeUtc(_path, new DateTime(2026, 1, 1, 0, 0, second, DateTimeKind.Utc));
    }
}
