using System.Text.RegularExpressions;

namespace RealtimeSeg.Core.Onnx;

/// <summary>Why ONNX Runtime loads no model from a file, and what helps: its own words are made for programmers.</summary>
public static partial class LoadFailure
{
    /// <summary>Larger files are not read a second time for a message.</summary>
    private const long LargestRead = 256 << 20;

    /// <summary>What ONNX Runtime writes, and what helps.</summary>
    private static readonly (Regex Words, string Remedy)[] Remedies =
    [
        (NewOpset(), "export it with that opset or a lower one"),
        (OldOpset(), "export it with an opset that has this operator"),
        (OwnOperator(), "export it without operators of its own"),
    ];

    /// <param name="path">The file.</param>
    /// <param name="e">What ONNX Runtime threw.</param>
    public static UserError Of(string path, Exception e)
    {
        ArgumentNullException.ThrowIfNull(e);
        string reason = Reason(e);
        if (!File.Exists(path) || new FileInfo(path).Length > LargestRead)
            return new UserError($"{path} is not an ONNX file that ONNX Runtime can load ({reason})", e);
        try
        {
            OnnxFile.Read(path);
        }
        catch (UserError noFile)
        {
            return noFile;
        }

        foreach ((Regex words, string remedy) in Remedies)
        {
            if (words.Match(reason) is { Success: true } found) return Cannot(found.Value, remedy);
        }

        return Cannot(reason, "export it again");

        UserError Cannot(string why, string remedy) => new($"ONNX Runtime cannot load {path} ({why}): {remedy}", e);
    }

    /// <summary>Without codes, the file's name and the place in ONNX Runtime's source.</summary>
    private static string Reason(Exception e) => SourceLine().Replace(Prefix().Replace(UserError.OneLine(e), ""), "");

    [GeneratedRegex(@"^\[ErrorCode:\w+\] (Load model from .* failed: ?)?", RegexOptions.ExplicitCapture, RegexLimit.Milliseconds)]
    private static partial Regex Prefix();

    [GeneratedRegex(@"/onnxruntime_src/.*?\) (?=[A-Z])", RegexOptions.ExplicitCapture, RegexLimit.Milliseconds)]
    private static partial Regex SourceLine();

    [GeneratedRegex("Current official support for domain .* is till opset [0-9]+", RegexOptions.ExplicitCapture, RegexLimit.Milliseconds)]
    private static partial Regex NewOpset();

    [GeneratedRegex(@"No Op registered for \S+ with domain_version of [0-9]+", RegexOptions.ExplicitCapture, RegexLimit.Milliseconds)]
    private static partial Regex OldOpset();

    [GeneratedRegex(@"\S+ is not a registered function/op", RegexOptions.ExplicitCapture, RegexLimit.Milliseconds)]
    private static partial Regex OwnOperator();
}
