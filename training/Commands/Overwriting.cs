namespace RealtimeSeg.Training.Commands;

/// <summary>The option of commands that write a file which the user names.</summary>
internal static class Overwriting
{
    public static OptionRow<T> Row<T>(Func<T, T> put)
        => OptionRows<T>.Flag("--overwrite", "Replace the file if it exists (short: -y)", put, alias: "-y");
}
