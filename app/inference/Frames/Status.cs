namespace RealtimeSeg.Frames;

/// <summary>One line on the state of a part of the program, for the HUD and the page.</summary>
/// <param name="Text">What happened or what is going on.</param>
/// <param name="IsAlarm">Whether something is wrong; otherwise it only informs.</param>
public readonly record struct Status(string Text, bool IsAlarm = false)
{
    /// <summary>Something is wrong.</summary>
    public static Status Alarm(string text) => new(text, IsAlarm: true);

    /// <summary>The first alarm, or the first status if none is one; null if all are null.</summary>
    public static Status? MostUrgent(params ReadOnlySpan<Status?> candidates)
    {
        Status? first = null;
        foreach (Status? s in candidates)
        {
            if (s is { IsAlarm: true }) return s;
            first ??= s;
        }

        return first;
    }
}
