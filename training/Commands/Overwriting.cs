namespace RealtimeSeg.Training.Commands;

/// <summary>The option of commands that write a file which the user names.</summary>
internal static class Overwriting
{
    public static OptionRow<T> Row<T>(Func<T, T> put)
        => OptionRows<T>.Flag("--overwrite", "Replace the file if it exists (short: -y)", put, alias: "-y");

    /// <summary>The file to write: the one that was named, or a free name like the default one.</summary>
    /// <exception cref="UserError">A file was named that exists.</exception>
    public static string Target(string? named, bool overwrite, string otherwise)
    {
        OutputName.Check([named], [], overwrite);
        return named ?? OutputName.Free(otherwise);
    }
}
