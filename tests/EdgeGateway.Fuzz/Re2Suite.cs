using System.Globalization;
using System.Text;
using EdgeGateway.Rules.Regexp;
using EdgeGateway.Rules.Text;

namespace EdgeGateway.Fuzz;

/// <summary>
/// Runs RE2's exhaustive tests in the form that Go's <c>regexp</c> package carries (<c>re2-search.txt</c>, <c>re2-exhaustive.txt</c>), which
/// are not part of this repository: all expressions over some atoms and operators, on all texts over some letters. The results leftmost-first
/// are compared, of a match of the whole text and of the first one in it, by both ways to run a program; leftmost-longest does not exist here.
/// </summary>
internal static class Re2Suite
{
    private const int MaximumFindings = 20;

    public static bool Run(string file, TextWriter output)
    {
        var texts = new List<string>();
        var (atText, inTexts, cases, findings) = (0, false, 0, 0);
        (GoRegex Whole, GoRegex First)? regex = null;
        var pattern = "";

        // Lines end with a line feed only: a text may hold any other character as it is.
        foreach (var line in LosslessUtf8.Decode(File.ReadAllBytes(file)).Split('\n'))
        {
            if (line is "" or ['#' or (>= 'A' and <= 'Z'), ..])
            {
                continue;
            }

            switch (line[0])
            {
                case 's':
                    texts.Clear();
                    inTexts = true;
                    break;
                case 'r':
                    inTexts = false;
                    break;
                case '"' when inTexts:
                    texts.Add(Unquote(line));
                    break;
                case '"':
                    pattern = Unquote(line);
                    atText = 0;
                    try
                    {
                        // \C takes a single byte, which Go refuses, too; its results are in the file all the same.
                        regex = pattern.Contains(@"\C", StringComparison.Ordinal)
                            ? null
                            : (GoRegex.Uncached($@"\A(?:{pattern})\z"), GoRegex.Uncached(pattern));
                    }
                    catch (GoRegexException e)
                    {
                        regex = null;
                        findings++;
                        output.WriteLine($"{pattern}: {e.Message}");
                    }

                    break;
                default:
                    var text = texts[atText++];

                    // RE2's \B holds within a character, too; Go's does not.
                    if (regex is { } pair && (Ascii.IsValid(text) || !pattern.Contains(@"\B", StringComparison.Ordinal)))
                    {
                        var expected = line.Split(';');
                        cases += 2;
                        findings += Compare(pair.Whole, pattern, text, expected[0], output) + Compare(pair.First, pattern, text, expected[1], output);
                    }

                    break;
            }

            if (findings >= MaximumFindings)
            {
                break;
            }
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(file)}: {cases} cases, {findings} findings"));
        return cases > 0 && findings == 0;
    }

    private static int Compare(GoRegex regex, string pattern, string text, string expected, TextWriter output)
    {
        var findings = 0;
        foreach (var lockstep in (bool[])[false, true])
        {
            var slots = new int[regex.Slots];
            var actual = (lockstep ? regex.FindInLockstep(text, 0, slots) : regex.Find(text, 0, slots)) ? Show(text, slots) : "-";
            if (actual != expected)
            {
                findings++;
                output.WriteLine($"{pattern} on {text}: {actual} instead of {expected}{(lockstep ? " in lockstep" : "")}");
            }
        }

        return findings;
    }

    // The suite counts bytes.
    private static string Show(string text, int[] slots)
    {
        int Bytes(int at) => Ascii.IsValid(text) ? at : LosslessUtf8.Encode(text[..at]).Length;
        return string.Join(' ', slots.Chunk(2).Select(pair => pair[0] < 0 ? "-" : $"{Bytes(pair[0])}-{Bytes(pair[1])}"));
    }

    // Go's quoted strings, as far as they occur.
    private static string Unquote(string quoted)
    {
        var bytes = new List<byte>();
        for (var i = 1; i < quoted.Length - 1; i++)
        {
            if (quoted[i] != '\\')
            {
                var length = char.IsHighSurrogate(quoted[i]) ? 2 : 1;
                bytes.AddRange(LosslessUtf8.Encode(quoted.Substring(i, length)));
                i += length - 1;
                continue;
            }

            switch (quoted[++i])
            {
                case 'x':
                    bytes.Add(byte.Parse(quoted.AsSpan(i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                    i += 2;
                    break;
                case >= '0' and <= '7':
                    bytes.Add(Convert.ToByte(quoted.Substring(i, 3), 8));
                    i += 2;
                    break;
                default:
                    bytes.Add((byte)(quoted[i] switch
                    {
                        'n' => '\n', 't' => '\t', 'r' => '\r', 'v' => '\v', 'f' => '\f', 'a' => '\a', 'b' => '\b', '\\' => '\\', '"' => '"',
                        _ => throw new FormatException(quoted),
                    }));
                    break;
            }
        }

        return LosslessUtf8.Decode(bytes.ToArray());
    }
}
