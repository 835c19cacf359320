namespace RealtimeSeg.Core.Onnx.ThirdParty;

/// <summary>
/// Class names of data sets that published models are trained on, by their number: PASCAL VOC 2012 (Everingham et al. 2015), CamVid in
/// SegNet's version, Cityscapes (Cordts et al. 2016), COCO's things (Lin et al. 2014) and ADE20K (Zhou et al. 2017), in their own order.
/// </summary>
internal static class KnownClasses
{
    private const string Voc =
        "background,aeroplane,bicycle,bird,boat,bottle,bus,car,cat,chair,cow,dining table,dog,horse,"
        + "motorbike,person,potted plant,sheep,sofa,train,tv/monitor";

    private const string CamVid = "sky,building,pole,road,pavement,tree,sign,fence,car,pedestrian,bicyclist";

    private const string Cityscapes =
        "road,sidewalk,building,wall,fence,pole,traffic light,traffic sign,vegetation,terrain,sky,person,"
        + "rider,car,truck,bus,train,motorcycle,bicycle";

    private const string Coco =
        "person,bicycle,car,motorcycle,airplane,bus,train,truck,boat,traffic light,fire hydrant,stop sign,"
        + "parking meter,bench,bird,cat,dog,horse,sheep,cow,elephant,bear,zebra,giraffe,backpack,umbrella,"
        + "handbag,tie,suitcase,frisbee,skis,snowboard,sports ball,kite,baseball bat,baseball glove,skateboard,"
        + "surfboard,tennis racket,bottle,wine glass,cup,fork,knife,spoon,bowl,banana,apple,sandwich,orange,"
        + "broccoli,carrot,hot dog,pizza,donut,cake,chair,couch,potted plant,bed,dining table,toilet,tv,"
        + "laptop,mouse,remote,keyboard,cell phone,microwave,oven,toaster,sink,refrigerator,book,clock,vase,"
        + "scissors,teddy bear,hair drier,toothbrush";

    private const string Ade20k =
        "wall,building,sky,floor,tree,ceiling,road,bed,windowpane,grass,cabinet,sidewalk,person,earth,"
        + "door,table,mountain,plant,curtain,chair,car,water,painting,sofa,shelf,house,sea,mirror,rug,"
        + "field,armchair,seat,fence,desk,rock,wardrobe,lamp,bathtub,railing,cushion,base,box,column,"
        + "signboard,chest of drawers,counter,sand,sink,skyscraper,fireplace,refrigerator,grandstand,path,"
        + "stairs,runway,case,pool table,pillow,screen door,stairway,river,bridge,bookcase,blind,coffee table,"
        + "toilet,flower,book,hill,bench,countertop,stove,palm,kitchen island,computer,swivel chair,boat,bar,"
        + "arcade machine,hovel,bus,towel,light,truck,tower,chandelier,awning,streetlight,booth,television,"
        + "airplane,dirt track,apparel,pole,land,bannister,escalator,ottoman,bottle,buffet,poster,stage,van,"
        + "ship,fountain,conveyer belt,canopy,washer,plaything,swimming pool,stool,barrel,basket,waterfall,"
        + "tent,bag,minibike,cradle,oven,ball,food,step,tank,trade name,microwave,pot,animal,bicycle,lake,"
        + "dishwasher,screen,blanket,sculpture,hood,sconce,vase,traffic light,tray,ashcan,fan,pier,"
        + "crt screen,plate,monitor,bulletin board,shower,radiator,glass,clock,flag";

    private static readonly (string Set, string[] Names)[] Sets =
    [
        ("PASCAL VOC's", Voc.Split(',')),
        ("CamVid's", CamVid.Split(',')),
        ("CamVid's", [.. CamVid.Split(','), "void"]),
        ("Cityscapes'", Cityscapes.Split(',')),
        ("COCO's", Coco.Split(',')),
        ("COCO's", ["background", .. Coco.Split(',')]),
        ("ADE20K's", Ade20k.Split(',')),
        ("ADE20K's", ["background", .. Ade20k.Split(',')]),
    ];

    /// <summary>The set with a number of classes, and their names by label; null if there is none.</summary>
    public static (string Set, IReadOnlyList<string> Names)? Of(int classes)
    {
        foreach ((string set, string[] names) in Sets)
        {
            if (names.Length == classes) return (set, names);
        }

        return null;
    }
}
