namespace RealtimeSeg.Input;

/// <summary>One request of the user.</summary>
/// <param name="Key">What was asked for, with a key, with a click or on the page.</param>
/// <param name="X">Of <see cref="UserKey.Pick"/>: position as a share of the image's width, from its left.</param>
/// <param name="Y">Likewise of its height, from its top.</param>
/// <param name="View">Of <see cref="UserKey.View"/>: index in the table of views.</param>
/// <param name="OnPage">Whether it was asked for on the page.</param>
public readonly record struct UserInput(UserKey Key, float X = 0, float Y = 0, int View = 0, bool OnPage = false);
