// Shared by the passes of the matte: a guided filter (He, Sun and Tang, "Guided image filtering", 2010) on cells of the mask, whose
// coefficients are enlarged to the image (He and Sun, "Fast guided filter", 2015).
const int Reach = 3;            // of a window, in cells beyond its middle
const int TileSide = 12;        // in cells: see MatteTiles.cs

ivec2 inside(sampler2D map, ivec2 at)
{
    return clamp(at, ivec2(0), textureSize(map, 0) - 1);
}
