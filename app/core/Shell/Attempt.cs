using System.Runtime.ExceptionServices;

namespace RealtimeSeg.Core.Shell;

/// <summary>Work on a thread for somebody who waits on another: on a thread of its own an exception would end the process.</summary>
public static class Attempt
{
    /// <summary>Does it; what it throws is returned, to be thrown again where it was asked for. Null if it went well.</summary>
    public static ExceptionDispatchInfo? At(Action work)
    {
        try
        {
            work();
            return null;
        }
#pragma warning disable CA1031 // Whatever it is, somebody waits for it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return ExceptionDispatchInfo.Capture(e);
        }
    }
}
