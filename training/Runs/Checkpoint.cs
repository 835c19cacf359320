using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RealtimeSeg.Training.Runs;

/// <summary>
/// Everything that resuming a run needs: its settings, how far it has come (data order, augmentation, schedule and dropout follow
/// from the step: there is no other random state) and every state tensor. One file: magic, header length, JSON header, floats,
/// SHA-256 of all before it.
/// </summary>
/// <param name="Config">The run's settings.</param>
/// <param name="Progress">Steps done, and scores.</param>
/// <param name="State">By name: parameters, statistics, moving averages and the optimiser's memory.</param>
public sealed record Checkpoint(RunConfig Config, RunState Progress, IReadOnlyDictionary<string, float[]> State)
{
    public const string FileName = "last.ckpt", BestFileName = "best.ckpt";
    private const int HashBytes = 32;
    private const string Remedy = "use an older copy or train again";

    private static ReadOnlySpan<byte> Magic => "RTSEGCK1"u8;

    /// <summary>The checkpoint of a run's folder: its last one, or the one with the best score.</summary>
    /// <exception cref="UserError">No file, not a checkpoint, or damaged.</exception>
    public static Checkpoint Of(string folder, bool best = false) => Load(Path.Combine(folder, best ? BestFileName : FileName));

    /// <summary>Where a run's checkpoints are, if it has them.</summary>
    public static IEnumerable<string> Files(string folder) => [Path.Combine(folder, FileName), Path.Combine(folder, BestFileName)];

    /// <summary>Whether a folder contains a run.</summary>
    public static bool Exists(string folder) => File.Exists(Path.Combine(folder, FileName));

    /// <summary>Writes it as a whole or not at all: what the path held before stays until then.</summary>
    /// <exception cref="UserError">It cannot be written; a full disk, for one.</exception>
    public void Save(string path)
    {
        KeyValuePair<string, float[]>[] tensors = [.. State.OrderBy(s => s.Key, StringComparer.Ordinal)];
        Header header = new(RunFile.Write(Config, Progress), Progress.Step, [.. tensors.Select(t => new Entry(t.Key, t.Value.Length))]);
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(header);
        AtomicFile.Write(path, file =>
        {
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            void Write(ReadOnlySpan<byte> bytes)
            {
                file.Write(bytes);
                hash.AppendData(bytes);
            }

            Write(Magic);
            Write(BitConverter.GetBytes(json.Length));
            Write(json);
            foreach (KeyValuePair<string, float[]> t in tensors) Write(MemoryMarshal.AsBytes<float>(t.Value));
            file.Write(hash.GetHashAndReset());
            // Before it takes the old one's name: after a power cut there is either, never an empty one.
            (file as FileStream)?.Flush(flushToDisk: true);
        });
    }

    /// <summary>Reads a file of any size, tensor by tensor; its checksum is known at the end only.</summary>
    /// <exception cref="UserError">No file, not a checkpoint, or damaged.</exception>
    public static Checkpoint Load(string path)
    {
        if (!File.Exists(path))
        {
            bool began = File.Exists(Path.Combine(Path.GetDirectoryName(path) ?? "", RunFile.ConfigFileName));
            throw new UserError(began
                ? $"no checkpoint {path}: the run ended before its first evaluation wrote one; begin it again without --resume"
                : $"no checkpoint {path}: train first, or name a run folder that contains {FileName}");
        }

        using FileStream file = File.OpenRead(path);
        using HashedReader reader = new(file, file.Length - HashBytes);
        Checkpoint? read = null;
        Exception? foreign = null;
        try
        {
            if (reader.Remaining < Magic.Length + sizeof(int) || !reader.Read(Magic.Length).AsSpan().SequenceEqual(Magic))
                throw new UserError($"{path} is not a checkpoint of this program");
            read = Parse(reader);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or ArgumentException)
        {
            foreign = e; // of what is damaged, anything may be thrown
        }

        if (!reader.RestEndsWithItsHash())
            throw new UserError($"{path} is damaged (its checksum does not match): {Remedy}");
        if (foreign is null) return read!;
        throw new UserError($"{path} was not written by this program ({UserError.OneLine(foreign)}): {Remedy}", foreign);
    }

    /// <summary>Reads all between magic and checksum. What another program wrote may throw anything that a parser throws.</summary>
    private static Checkpoint Parse(HashedReader reader)
    {
        int headerLength = BitConverter.ToInt32(reader.Read(sizeof(int)));
        if (headerLength < 0 || headerLength > reader.Remaining) throw new FormatException("its header is longer than the file");
        Header? header = JsonSerializer.Deserialize<Header>(reader.Read(headerLength));
        if (header?.Config is null || header.Tensors is null || header.Tensors.Any(t => t?.Name is null || t.Length < 0))
            throw new FormatException("its header lacks settings or tensors");
        // Before anything is allocated by these numbers.
        if (header.Tensors.Sum(t => (long)t.Length) * sizeof(float) != reader.Remaining)
            throw new FormatException("its tensors are not as long as its header says");
        (RunConfig config, RunState progress) = RunFile.Read(header.Config, header.Step);
        Dictionary<string, float[]> state = new(StringComparer.Ordinal);
        foreach (Entry e in header.Tensors)
        {
            float[] floats = state[e.Name] = GC.AllocateUninitializedArray<float>(e.Length);
            reader.Fill(MemoryMarshal.AsBytes(floats.AsSpan()));
        }

        return new Checkpoint(config, progress, state);
    }

    private sealed record Entry(string Name, int Length);

    private sealed record Header(JsonObject Config, long Step, IReadOnlyList<Entry> Tensors);
}
