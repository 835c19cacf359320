namespace RealtimeSeg.Training.Data;

/// <summary>How the label files of a data set encode classes.</summary>
public enum LabelStyle
{
    /// <summary>CamVid's eleven indices; 11 and 255 are void.</summary>
    CamVid,

    /// <summary>PASCAL VOC's 21 colours, 15 = person, 255 = void.</summary>
    Voc,

    /// <summary>Masks: above 127 is the object.</summary>
    Binary,
}
