namespace RealtimeSeg.Commands;

/// <summary>A line of <c>doctor</c>'s report.</summary>
/// <param name="Mark">ok, note or FAIL.</param>
/// <param name="Text">What was found.</param>
/// <param name="Remedy">What to do about a failure; empty otherwise.</param>
/// <param name="IsFatal">Whether the main job cannot run without it.</param>
internal sealed record Finding(string Mark, string Text, string Remedy = "", bool IsFatal = false)
{
    public static Finding Good(string text) => new("ok", text);

    public static Finding Note(string text) => new("note", text);

    public static Finding Failure(string text, string remedy, bool isFatal = false) => new("FAIL", text, remedy, isFatal);

    public static Finding Of(bool good, string text, string remedy) => good ? Good(text) : Failure(text, remedy);

    public override string ToString() => Remedy.Length == 0 ? $"  {Mark,-4}  {Text}" : $"  {Mark,-4}  {Text}: {Remedy}";
}
