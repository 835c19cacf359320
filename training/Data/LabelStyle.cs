namespace RealtimeSeg.Training.Data;

/// <summary>How a data set's files mark classes.</summary>
public enum LabelStyle
{
    /// <summary>CamVid's eleven indices; 11 and 255 are void.</summary>
    CamVid,

    /// <summary>PASCAL VOC's 21 colours, 15 = person, 255 = void.</summary>
    Voc,

    /// <summary>Black and white: 0 and anything else.</summary>
    Binary,
}
