namespace EdgeGateway.Nomad.Client;

/// <summary>
/// The token sent with each call. A fixed one stays; the task's identity token is re-read when its file changes, and
/// once more when Nomad refuses it, since the change may be younger than the last look.
/// </summary>
internal sealed class NomadToken(string? configured, string? file)
{
    private readonly Lock _lock = new();
    private string? _current = configured;
    private (DateTime Written, long Length) _seen;
    private bool _preferFile = configured is null;

    /// <summary>The token to send now, or null.</summary>
    public string? Current
    {
        get
        {
            lock (_lock)
            {
                if (_preferFile)
                {
                    ReadFile(force: false);
                }

                return _current;
            }
        }
    }

    /// <summary>Nomad refused <paramref name="refused"/>; returns true when there is another one to try.</summary>
    public bool Refresh(string? refused)
    {
        lock (_lock)
        {
            if (ReadFile(force: true) && _current != refused)
            {
                _preferFile = true;
                return true;
            }

            return false;
        }
    }

    private bool ReadFile(bool force)
    {
        if (file is null)
        {
            return false;
        }

        try
        {
            var info = new FileInfo(file);
            if (!info.Exists)
            {
                return false;
            }

            var stamp = (info.LastWriteTimeUtc, info.Length);
            if (!force && stamp == _seen)
            {
                return true;
            }

            var text = File.ReadAllText(file).Trim();
            if (text.Length == 0)
            {
                return false;
            }

            (_current, _seen) = (text, stamp);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Being replaced at this moment, or not ours to read: the token in hand stays.
            return false;
        }
    }
}
