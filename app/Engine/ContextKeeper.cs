using System.Globalization;
using RealtimeSeg.Network.Device;

namespace RealtimeSeg.Engine;

/// <summary>
/// Opens the OpenGL context again when the driver has lost it, with all that lives in it, and tells so. Used by the thread that draws.
/// </summary>
internal sealed class ContextKeeper(EngineParts parts, Telemetry telemetry, LabelStage label)
{
    /// <summary>Contexts that are opened without a frame being shown in any of them.</summary>
    private const int MostInARow = 3;

    /// <summary>Nanoseconds from one try to the next, and between two looks at a reset that goes on; how long that is waited for.</summary>
    private const long Pause = 1_000_000_000, Look = 10_000_000, LongestReset = 10_000_000_000;

    private int _inARow;

    /// <summary>Contexts that were lost.</summary>
    public int Losses { get; private set; }

    /// <summary>Does work that draws. If the context is lost on the way, another one is opened, and the work done again.</summary>
    /// <returns>False if the run was ended before that: the work may be half done.</returns>
    /// <exception cref="UserError">The context cannot be opened again, or is lost again and again.</exception>
    public bool Survive<T>(Action<T> work, T argument)
    {
        while (!Succeeds(work, argument))
        {
            if (!Reopen()) return false;
        }

        return true;
    }

    /// <summary>A frame was shown: the context serves.</summary>
    public void Settle() => _inARow = 0;

    private bool Succeeds<T>(Action<T> work, T argument)
    {
        try
        {
            work(argument);
            return true;
        }
        catch (Exception e) when (e is ContextLostException || parts.Context.Look() is not null)
        {
            return false; // whatever was thrown: in a context that is lost nothing does what it should
        }
    }

    /// <summary>Opens the context again; false if the run was ended before.</summary>
    private bool Reopen()
    {
        Losses++;
        (long began, long dropped) = (parts.Clock.Now, telemetry.Dropped);
        string lost = $"the OpenGL context was lost after {Frames(telemetry.Shown)} ({Cause(parts.Context.Look() ?? ContextLoss.Unknown)})";
        // What a context is lost to twice at the same frame is most probably the network, which takes longer than all drawing.
        if (_inARow > 0 && label.NeedsOpenGl) label.LeaveShaders($"{lost}, {_inARow + 1} times in a row");
        for (string? why = null; ;)
        {
            if (_inARow++ == MostInARow)
            {
                throw new UserError($"{lost}, and {MostInARow} new ones were of no use{why}: what was written until then is complete; "
                    + $"restart '{BuildInfo.Launcher}', and update the driver if it happens again");
            }

            if (!WaitForReset()) return false;
            try
            {
                parts.Context.Reopen();
                Tell(lost, began, telemetry.Dropped - dropped);
                return true;
            }
            catch (Exception e) when (e is UserError or ContextLostException or InvalidOperationException)
            {
                why = $" ({UserError.OneLine(e)})";
                parts.Events?.Invoke(LogLevel.Warning, $"{lost}; it could not be opened again{why}");
                if (!Wait(Pause)) return false;
            }
        }
    }

    private void Tell(string lost, long began, long dropped)
    {
        string seconds = ((parts.Clock.Now - began) / 1e9).ToString("F1", CultureInfo.InvariantCulture);
        string were = dropped == 1 ? "was" : "were";
        string frames = dropped == 0 ? "no frame is lost" : $"{Frames(dropped)} {were} dropped since newer ones came";
        parts.Events?.Invoke(LogLevel.Warning, $"{lost} and opened again in {seconds} s: {frames}");
    }

    /// <summary>A context that is opened while the card is being reset may be lost at once.</summary>
    private bool WaitForReset()
    {
        for (long until = parts.Clock.Now + LongestReset; parts.Context.IsResetting && parts.Clock.Now < until;)
        {
            if (!Wait(Look)) return false;
        }

        return true;
    }

    /// <summary>Waits; false if the run was ended.</summary>
    private bool Wait(long nanoseconds)
    {
        parts.Clock.WaitUntil(parts.Clock.Now + nanoseconds, parts.Stop.Token.WaitHandle);
        return !parts.Stop.IsCancellationRequested;
    }

    private static string Frames(long count)
        => count == 1 ? "1 frame" : string.Create(CultureInfo.InvariantCulture, $"{count} frames");

    private static string Cause(ContextLoss loss) => loss switch
    {
        ContextLoss.Guilty => "by this program's own commands",
        ContextLoss.Innocent => "by another program",
        _ => "the driver does not tell why",
    };
}
