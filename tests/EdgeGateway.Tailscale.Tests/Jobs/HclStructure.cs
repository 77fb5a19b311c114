using System.Text;

namespace EdgeGateway.Tailscale.Tests.Jobs;

/// <summary>
/// Reads just enough of HCL to say that a file is whole: comments, quoted strings with <c>${…}</c>, indented heredocs, and brackets that
/// close in order. No Nomad is needed, and none is replaced: validate the files on a cluster.
/// </summary>
internal sealed class HclStructure
{
    private readonly List<string> _strings = [];
    private readonly StringBuilder _bare = new();

    /// <summary>All quoted strings, as written between the quotes.</summary>
    public IReadOnlyList<string> Strings => _strings;

    /// <summary>The text without comments, string contents and heredocs, blanks folded.</summary>
    public string Bare => string.Join(' ', _bare.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    public static HclStructure Read(string text)
    {
        var result = new HclStructure();
        var open = new Stack<char>();
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '#' || (c == '/' && text.AsSpan(i).StartsWith("//")))
            {
                i = text.IndexOf('\n', i) is var end and >= 0 ? end : text.Length;
                result._bare.Append('\n');
            }
            else if (c == '"')
            {
                i = result.ReadString(text, i);
            }
            else if (text.AsSpan(i).StartsWith("<<-"))
            {
                i = SkipHeredoc(text, i);
                result._bare.Append("HEREDOC ");
            }
            else
            {
                result._bare.Append(c);
                if (c is '{' or '[' or '(')
                {
                    open.Push(c);
                }
                else if (c is '}' or ']' or ')' && (open.Count == 0 || open.Pop() != (c switch { '}' => '{', ']' => '[', _ => '(' })))
                {
                    throw new FormatException($"'{c}' closes nothing in line {Line(text, i)}");
                }
            }
        }

        return open.Count == 0 ? result : throw new FormatException($"'{open.Peek()}' is never closed");
    }

    private int ReadString(string text, int start)
    {
        var depth = 0;
        for (var i = start + 1; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\n':
                    throw new FormatException($"a string does not end in line {Line(text, start)}");
                case '\\':
                    i++;
                    break;
                case '{' when text[i - 1] == '$' || depth > 0:
                    depth++;
                    break;
                case '}' when depth > 0:
                    depth--;
                    break;
                case '"' when depth == 0:
                    _strings.Add(text[(start + 1)..i]);
                    _bare.Append("\"\"");
                    return i;
            }
        }

        throw new FormatException($"a string does not end in line {Line(text, start)}");
    }

    private static int SkipHeredoc(string text, int start)
    {
        var lineEnd = text.IndexOf('\n', start);
        var tag = text[(start + 3)..lineEnd].Trim();
        for (var at = lineEnd + 1; at < text.Length;)
        {
            var end = text.IndexOf('\n', at) is var n and >= 0 ? n : text.Length;
            if (text[at..end].Trim() == tag)
            {
                return end;
            }

            at = end + 1;
        }

        throw new FormatException($"heredoc {tag} of line {Line(text, start)} does not end");
    }

    private static int Line(string text, int at) => text.AsSpan(0, at).Count('\n') + 1;
}
