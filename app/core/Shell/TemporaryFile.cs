using System.Runtime.InteropServices;

namespace RealtimeSeg.Core.Shell;

/// <summary>Files under a name of their own until they are complete, and how they get the one that was asked for.</summary>
public static partial class TemporaryFile
{
    private const int CurrentFolder = -100; // AT_FDCWD
    private const uint NoReplace = 1; // RENAME_NOREPLACE
    private const int AlreadyExists = 17; // EEXIST

    /// <summary>Creates an empty file beside another one, under a name that nobody has.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static string Beside(string path)
    {
        while (true)
        {
            string candidate = $"{path}.{Path.GetFileNameWithoutExtension(Path.GetRandomFileName())}.tmp";
            try
            {
                File.OpenHandle(candidate, FileMode.CreateNew, FileAccess.Write).Dispose();
                return candidate;
            }
            catch (IOException) when (Path.Exists(candidate))
            {
                // Another program's: another name.
            }
        }
    }

    /// <summary>Gives a complete file its name. Returns that, or a free name beside it if it is taken and may not be.</summary>
    /// <param name="file">Where it is.</param>
    /// <param name="path">Its name.</param>
    /// <param name="overwrite">Whether it may replace a file of that name.</param>
    /// <exception cref="IOException">It cannot be renamed.</exception>
    public static string Rename(string file, string path, bool overwrite)
    {
        if (overwrite)
        {
            File.Move(file, path, overwrite: true);
            return path;
        }

        while (true)
        {
            string free = OutputName.Free(path);
            if (TryRename(file, free)) return free;
        }
    }

    /// <summary>False if somebody took the name.</summary>
    private static bool TryRename(string file, string free)
    {
        if (RenameAt(CurrentFolder, file, CurrentFolder, free, NoReplace) == 0) return true;
        if (Marshal.GetLastPInvokeError() == AlreadyExists) return false;
        try
        {
            File.Move(file, free); // some file systems cannot refuse to replace: this looks first, then links or renames
            return true;
        }
        catch (IOException) when (Path.Exists(free))
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "renameat2", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int RenameAt(int fromFolder, string from, int toFolder, string to, uint flags);
}
