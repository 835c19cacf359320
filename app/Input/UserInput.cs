namespace RealtimeSeg.Input;

/// <summary>What the user asked for.</summary>
/// <param name="Key">With a key, a click or on the page.</param>
/// <param name="X">Of <see cref="UserKey.Pick"/>: where, as a share of the picture's width from its left.</param>
/// <param name="Y">Likewise, from its top.</param>
public readonly record struct UserInput(UserKey Key, float X = 0, float Y = 0);
