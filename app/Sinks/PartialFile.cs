namespace RealtimeSeg.Sinks;

/// <summary>
/// A file that is written over time: under a temporary name, and renamed when complete. If it never is, what holds data stays. A device
/// or pipe is written directly.
/// </summary>
internal sealed class PartialFile : IDisposable
{
    private readonly string _path;
    private readonly bool _overwrite, _isDirect;
    private readonly long _emptyBytes;
    private bool _complete;

    /// <param name="path">The final name.</param>
    /// <param name="overwrite">Whether a file of that name may be replaced; otherwise a free number is added.</param>
    /// <param name="emptyBytes">Size up to which a file holds nothing but its header.</param>
    /// <exception cref="UserError">The file cannot be created.</exception>
    public PartialFile(string path, bool overwrite, long emptyBytes = 0)
    {
        (_path, _overwrite, _emptyBytes) = (path, overwrite, emptyBytes);
        _isDirect = FileIdentity.IsSpecial(path);
        TemporaryPath = _isDirect ? path : Reserve(path);
    }

    /// <summary>NAME.part.EXT in the same folder, or NAME.part-2.EXT and so on beside what an earlier run left.</summary>
    public string TemporaryPath { get; }

    /// <summary>Where unfinished data is; null if there is none.</summary>
    public string? Kept => !_complete && !_isDirect && new FileInfo(TemporaryPath) is { Exists: true } file && file.Length > _emptyBytes
        ? TemporaryPath
        : null;

    /// <summary>Gives the file its name, which it returns. The file must be closed.</summary>
    /// <exception cref="UserError">It cannot be renamed.</exception>
    public string Complete()
    {
        if (_isDirect) return _path;
        try
        {
            string name = TemporaryFile.Rename(TemporaryPath, _path, _overwrite);
            _complete = true;
            return name;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failure(UserError.OneLine(e), e);
        }
    }

    /// <summary>An error that also tells where the data so far is.</summary>
    public UserError Failure(string why, Exception? inner = null)
        => UserError.CannotWrite(_path, Kept is { } kept ? $"{why}; what was recorded is in {kept}" : why, inner);

    public void Dispose()
    {
        if (!_complete && !_isDirect && Kept is null) File.Delete(TemporaryPath);
    }

    private static string Reserve(string path)
    {
        for (int n = 1; ; n++)
        {
            string candidate = OutputName.Suffixed(path, n == 1 ? ".part" : $".part-{n}");
            try
            {
                new FileStream(candidate, FileMode.CreateNew).Dispose();
                return candidate;
            }
            catch (IOException) when (Path.Exists(candidate))
            {
                // An earlier run's, or another program's: the next number.
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw UserError.CannotWrite(path, e);
            }
        }
    }
}
