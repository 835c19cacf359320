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

    private static ReadOnlySpan<byte> Magic => "RTSEGCK1"u8;

    /// <summary>The checkpoint of a run's folder: its last one, or the one with the best score.</summary>
    /// <exception cref="UserError">No file, not a checkpoint, or damaged.</exception>
    public static Checkpoint Of(string folder, bool best = false) => Load(Path.Combine(folder, best ? BestFileName : FileName));

    /// <summary>Whether a folder contains a run.</summary>
    public static bool Exists(string folder) => File.Exists(Path.Combine(folder, FileName));

    /// <summary>Writes a temporary file and renames it: readers see the old file or the new one, never part of one.</summary>
    public void Save(string path)
    {
        KeyValuePair<string, float[]>[] tensors = [.. State.OrderBy(s => s.Key, StringComparer.Ordinal)];
        Header header = new(RunFile.Write(Config, Progress), Progress.Step, [.. tensors.Select(t => new Entry(t.Key, t.Value.Length))]);
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(header);
        string temporary = path + ".tmp";
        using (FileStream file = File.Create(temporary))
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
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    /// <exception cref="UserError">No file, not a checkpoint, or damaged.</exception>
    public static Checkpoint Load(string path)
    {
        if (!File.Exists(path)) throw new UserError($"no checkpoint {path}: train first, or name a run folder that contains {FileName}");
        byte[] bytes = File.ReadAllBytes(path);
        int fixedPart = Magic.Length + sizeof(int);
        if (bytes.Length < fixedPart + HashBytes || !bytes.AsSpan(0, Magic.Length).SequenceEqual(Magic))
            throw new UserError($"{path} is not a checkpoint of this program");
        ReadOnlySpan<byte> body = bytes.AsSpan(0, bytes.Length - HashBytes);
        if (!SHA256.HashData(body).AsSpan().SequenceEqual(bytes.AsSpan(body.Length)))
            throw new UserError($"{path} is damaged (its checksum does not match): use an older copy or train again");

        try
        {
            return Parse(body[Magic.Length..]);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or ArgumentException)
        {
            throw new UserError($"{path} was not written by this program ({UserError.OneLine(e)}): use an older copy or train again", e);
        }
    }

    /// <summary>Reads all between magic and checksum. What another program wrote may throw anything that a parser throws.</summary>
    private static Checkpoint Parse(ReadOnlySpan<byte> body)
    {
        int headerLength = BitConverter.ToInt32(body);
        ReadOnlySpan<byte> json = body.Slice(sizeof(int), headerLength);
        Header? header = JsonSerializer.Deserialize<Header>(json);
        if (header?.Config is null || header.Tensors is null || header.Tensors.Any(t => t?.Name is null))
            throw new FormatException("its header lacks settings or tensors");
        (RunConfig config, RunState progress) = RunFile.Read(header.Config, header.Step);
        ReadOnlySpan<float> floats = MemoryMarshal.Cast<byte, float>(body[(sizeof(int) + headerLength)..]);
        return new Checkpoint(config, progress, Tensors(header.Tensors, floats));
    }

    private static Dictionary<string, float[]> Tensors(IReadOnlyList<Entry> entries, ReadOnlySpan<float> floats)
    {
        Dictionary<string, float[]> state = new(StringComparer.Ordinal);
        foreach (Entry e in entries)
        {
            state[e.Name] = floats[..e.Length].ToArray();
            floats = floats[e.Length..];
        }

        return state;
    }

    private sealed record Entry(string Name, int Length);

    private sealed record Header(JsonObject Config, long Step, IReadOnlyList<Entry> Tensors);
}
