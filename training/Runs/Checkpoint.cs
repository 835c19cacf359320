using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace RealtimeSeg.Training.Runs;

/// <summary>
/// Everything a run needs to go on: its settings, the number of steps done (from which data order, augmentation, schedule and
/// dropout follow: no other random state exists) and every state tensor. One file: magic, header length, JSON header, floats,
/// SHA-256 of all before it.
/// </summary>
public sealed record Checkpoint(RunConfig Config, long Step, IReadOnlyDictionary<string, float[]> State)
{
    public const string FileName = "last.ckpt", BestFileName = "best.ckpt";
    private const int HashBytes = 32;
    private static ReadOnlySpan<byte> Magic => "RTSEGCK1"u8;

    /// <summary>Writes beside the target and renames: a reader sees the old file or the new one, never half of one.</summary>
    public void Save(string path)
    {
        KeyValuePair<string, float[]>[] tensors = [.. State.OrderBy(s => s.Key, StringComparer.Ordinal)];
        byte[] header = JsonSerializer.SerializeToUtf8Bytes(new Header(Config, Step, [.. tensors.Select(t => new Entry(t.Key, t.Value.Length))]));
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
            Write(BitConverter.GetBytes(header.Length));
            Write(header);
            foreach (KeyValuePair<string, float[]> t in tensors) Write(MemoryMarshal.AsBytes<float>(t.Value));
            file.Write(hash.GetHashAndReset());
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    /// <exception cref="UserError">No file, not a checkpoint, or damaged.</exception>
    public static Checkpoint Load(string path)
    {
        if (!File.Exists(path)) throw new UserError($"no checkpoint {path}: train first, or name a run folder that holds {FileName}");
        byte[] bytes = File.ReadAllBytes(path);
        int fixedPart = Magic.Length + sizeof(int);
        if (bytes.Length < fixedPart + HashBytes || !bytes.AsSpan(0, Magic.Length).SequenceEqual(Magic))
            throw new UserError($"{path} is not a checkpoint of this program");
        ReadOnlySpan<byte> body = bytes.AsSpan(0, bytes.Length - HashBytes);
        if (!SHA256.HashData(body).AsSpan().SequenceEqual(bytes.AsSpan(body.Length)))
            throw new UserError($"{path} is damaged (its checksum does not match): use an older copy or start again");

        int headerLength = BitConverter.ToInt32(bytes, Magic.Length);
        Header header = JsonSerializer.Deserialize<Header>(body.Slice(fixedPart, headerLength)) ?? throw new UserError($"{path} has an empty header");
        Dictionary<string, float[]> state = new(StringComparer.Ordinal);
        ReadOnlySpan<float> floats = MemoryMarshal.Cast<byte, float>(body[(fixedPart + headerLength)..]);
        foreach (Entry e in header.Tensors)
        {
            state[e.Name] = floats[..e.Length].ToArray();
            floats = floats[e.Length..];
        }

        return new Checkpoint(header.Config, header.Step, state);
    }

    private sealed record Entry(string Name, int Length);

    private sealed record Header(RunConfig Config, long Step, IReadOnlyList<Entry> Tensors);
}
