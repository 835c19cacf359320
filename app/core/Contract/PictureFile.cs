using System.Buffers.Binary;
using OpenCvSharp;

namespace RealtimeSeg.Core.Contract;

/// <summary>Image files as OpenCV reads them, damaged PNGs apart.</summary>
public static class PictureFile
{
    private const int Around = 12; // of a chunk: its length, its type and its checksum

    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n'];

    /// <summary>
    /// The image; empty if the file is none, or may not be read. A PNG whose parts claim more bytes than the file has is none either:
    /// OpenCV makes room for them before it reads, 4 GB for a file of 157 bytes.
    /// </summary>
    /// <exception cref="OpenCVException">Its header gives an impossible size.</exception>
    public static Mat Read(string file, ImreadModes mode)
    {
        try
        {
            using FileStream opened = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete); // takes no lock
            if (IsBrokenPng(opened)) return new Mat();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new Mat(); // OpenCV could not open it either
        }

        return Cv2.ImRead(file, mode);
    }

    /// <summary>Whether a file begins as a PNG and one of its chunks reaches past its end (PNG specification, section 5.3).</summary>
    private static bool IsBrokenPng(FileStream file)
    {
        Span<byte> head = stackalloc byte[8]; // the signature, then each chunk's length and type
        if (file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length || !head.SequenceEqual(PngSignature)) return false;
        long position = file.Position;
        while (file.Length - position >= head.Length)
        {
            file.Position = position;
            file.ReadExactly(head);
            position += Around + BinaryPrimitives.ReadUInt32BigEndian(head);
            if (head[4..].SequenceEqual("IEND"u8)) break;
        }

        return position > file.Length;
    }
}
