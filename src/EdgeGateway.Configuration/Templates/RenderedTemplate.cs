namespace EdgeGateway.Configuration.Templates;

/// <summary>What a template was rendered to, with the way back from a place in it to the place in the template.</summary>
internal sealed class RenderedTemplate
{
    private readonly string _template;
    private readonly IReadOnlyList<Piece>? _pieces;

    internal RenderedTemplate(string text, string template, IReadOnlyList<Piece>? pieces) => (Text, _template, _pieces) = (text, template, pieces);

    public string Text { get; }

    /// <summary>The text had no template in it.</summary>
    public bool IsUnchanged => _pieces is null;

    public static RenderedTemplate Unchanged(string text) => new(text, text, null);

    /// <summary>The place in the template from which a place of the text came; of what an action wrote it is the action's.</summary>
    /// <param name="line">Line of the text, from 1.</param>
    /// <param name="column">Column, from 1.</param>
    public (int Line, int Column) Locate(int line, int column)
    {
        if (_pieces is null or { Count: 0 })
        {
            return (line, column);
        }

        var offset = Math.Min(Text.Length, Offset(line) + column - 1);
        var piece = _pieces[0];
        foreach (var candidate in _pieces)
        {
            if (candidate.Output > offset)
            {
                break;
            }

            piece = candidate;
        }

        return Place(_template, piece.IsVerbatim ? piece.Template + offset - piece.Output : piece.Template);
    }

    /// <summary>Line and column of an offset, from 1.</summary>
    internal static (int Line, int Column) Place(string text, int position)
    {
        var before = text.AsSpan(0, Math.Min(position, text.Length));
        return (1 + before.Count('\n'), before.Length - (before.LastIndexOf('\n') + 1) + 1);
    }

    private int Offset(int line)
    {
        var offset = 0;
        for (var i = 1; i < line; i++)
        {
            var end = Text.IndexOf('\n', offset);
            if (end < 0)
            {
                return Text.Length;
            }

            offset = end + 1;
        }

        return offset;
    }

    /// <summary>A run of output.</summary>
    /// <param name="Output">Where it begins in the output.</param>
    /// <param name="Template">Where it, or the action that wrote it, begins in the template.</param>
    /// <param name="IsVerbatim">It is text of the template.</param>
    internal readonly record struct Piece(int Output, int Template, bool IsVerbatim);
}
