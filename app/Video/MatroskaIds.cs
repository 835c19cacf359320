namespace RealtimeSeg.Video;

/// <summary>Element identifiers of Matroska (RFC 9559, section 5.1; EBML is RFC 8794) that raw video with time stamps needs.</summary>
internal static class MatroskaIds
{
    public const uint Ebml = 0x1A45DFA3, DocType = 0x4282;
    public const uint Segment = 0x18538067, Info = 0x1549A966, TimestampScale = 0x2AD7B1;
    public const uint Tracks = 0x1654AE6B, TrackEntry = 0xAE, TrackNumber = 0xD7, TrackUid = 0x73C5, TrackType = 0x83;
    public const uint CodecId = 0x86, DefaultDuration = 0x23E383;
    public const uint Video = 0xE0, PixelWidth = 0xB0, PixelHeight = 0xBA, PixelFormat = 0x2EB524;
    public const uint Cluster = 0x1F43B675, Timestamp = 0xE7, SimpleBlock = 0xA3, BlockGroup = 0xA0, Block = 0xA1;
}
