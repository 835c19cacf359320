using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using Google.Protobuf;

namespace RealtimeSeg.Training.Runs;

/// <summary>
/// An event file of TensorBoard: records of TensorFlow's TFRecord format (a length, its checksum, the bytes, their checksum), each a
/// message Event. Written by hand: of these messages a run needs a handful of fields (tensorboard/compat/proto/event.proto and
/// summary.proto name them).
/// </summary>
public sealed class EventFile : IDisposable
{
    private const int WallTime = 1, Step = 2, FileVersion = 3, SummaryField = 5, SessionLog = 7; // of Event
    private const int SummaryValue = 1; // of Summary
    private const int Tag = 1, SimpleValue = 2, ImageField = 4; // of Summary.Value
    private const int Height = 1, Width = 2, ColorSpace = 3, Encoded = 4, Rgb = 3; // of Summary.Image, and a value of it
    private const int Status = 1, Start = 1; // of SessionLog, and a value of it
    private const uint MaskDelta = 0xa282ead8;

    private readonly FileStream _file;

    /// <param name="folder">The run's.</param>
    /// <param name="first">Steps done before: what an earlier file has of later ones is done again, and dropped by TensorBoard.</param>
    /// <exception cref="UserError">The file cannot be written.</exception>
    public EventFile(string folder, long first)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{Now:F0}.{Environment.ProcessId}");
        Path = OutputName.Free(System.IO.Path.Combine(folder, name));
        try
        {
            _file = new FileStream(Path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UserError.CannotWrite(Path, e);
        }

        Write(Event(Now, step: null, o => String(o, FileVersion, "brain.Event:2")));
        if (first > 0) Write(Event(Now, first + 1, o => Message(o, SessionLog, log => Int(log, Status, Start))));
    }

    public string Path { get; }

    private static double Now => (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).TotalSeconds;

    /// <summary>Whether a run has such files.</summary>
    public static bool Exists(string folder) => Directory.Exists(folder) && Directory.EnumerateFiles(folder, "events.out.tfevents.*").Any();

    /// <summary>Adds points to curves, those that are finite.</summary>
    /// <exception cref="UserError">They cannot be written.</exception>
    public void Add(long step, params IEnumerable<(string Tag, double Value)> points)
    {
        (string Tag, double Value)[] finite = [.. points.Where(p => double.IsFinite(p.Value))];
        if (finite.Length > 0) Write(Event(Now, step, o => Message(o, SummaryField, s => Array.ForEach(finite, p => Scalar(s, p)))));
    }

    /// <summary>Adds an image.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="tag">Its name.</param>
    /// <param name="size">In pixels.</param>
    /// <param name="png">The file's bytes.</param>
    /// <exception cref="UserError">It cannot be written.</exception>
    public void Add(long step, string tag, (int Width, int Height) size, byte[] png)
        => Write(Event(Now, step, o => Message(o, SummaryField, s => Message(s, SummaryValue, v =>
        {
            String(v, Tag, tag);
            Message(v, ImageField, image =>
            {
                Int(image, Height, size.Height);
                Int(image, Width, size.Width);
                Int(image, ColorSpace, Rgb);
                image.WriteTag(Encoded, WireFormat.WireType.LengthDelimited);
                image.WriteBytes(ByteString.CopyFrom(png));
            });
        }))));

    public void Dispose() => _file.Dispose();

    /// <summary>An Event with points of curves.</summary>
    internal static byte[] Scalars(double wallTime, long step, params (string Tag, double Value)[] points)
        => Event(wallTime, step, o => Message(o, SummaryField, s => Array.ForEach(points, p => Scalar(s, p))));

    /// <summary>A record: uint64 length, uint32 checksum of these eight bytes, the data, uint32 checksum of the data.</summary>
    internal static byte[] Record(ReadOnlySpan<byte> data)
    {
        const int Before = sizeof(ulong) + sizeof(uint);
        byte[] record = new byte[Before + data.Length + sizeof(uint)];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(sizeof(ulong)), Checksum(record.AsSpan(0, sizeof(ulong))));
        data.CopyTo(record.AsSpan(Before));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(Before + data.Length), Checksum(data));
        return record;
    }

    /// <summary>CRC-32C (RFC 3720, appendix B.4).</summary>
    internal static uint Crc32C(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in data) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }

    /// <summary>That of TFRecord: turned and shifted, because a checksum of data that holds its own checksum is weak.</summary>
    private static uint Checksum(ReadOnlySpan<byte> data) => BitOperations.RotateRight(Crc32C(data), 15) + MaskDelta;

    private static byte[] Event(double wallTime, long? step, Action<CodedOutputStream> content) => Bytes(o =>
    {
        o.WriteTag(WallTime, WireFormat.WireType.Fixed64);
        o.WriteDouble(wallTime);
        if (step is { } s) Int(o, Step, s);
        content(o);
    });

    private static void Scalar(CodedOutputStream summary, (string Tag, double Value) point) => Message(summary, SummaryValue, v =>
    {
        String(v, Tag, point.Tag);
        v.WriteTag(SimpleValue, WireFormat.WireType.Fixed32);
        v.WriteFloat((float)point.Value);
    });

    private static void Int(CodedOutputStream o, int field, long value)
    {
        o.WriteTag(field, WireFormat.WireType.Varint);
        o.WriteInt64(value);
    }

    private static void String(CodedOutputStream o, int field, string value)
    {
        o.WriteTag(field, WireFormat.WireType.LengthDelimited);
        o.WriteString(value);
    }

    private static void Message(CodedOutputStream o, int field, Action<CodedOutputStream> content)
    {
        o.WriteTag(field, WireFormat.WireType.LengthDelimited);
        o.WriteBytes(ByteString.CopyFrom(Bytes(content)));
    }

    private static byte[] Bytes(Action<CodedOutputStream> content)
    {
        using MemoryStream bytes = new();
        using (CodedOutputStream o = new(bytes, leaveOpen: true)) content(o);
        return bytes.ToArray();
    }

    private void Write(byte[] data)
    {
        try
        {
            _file.Write(Record(data));
            _file.Flush();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UserError.CannotWrite(Path, e);
        }
    }
}
