#version 330 core
// Whether a tile of cells is all background, 0, or all foreground, 1, and all windows of the windows that its pixels are made from as
// well; else a half.
#include "matte.glsl"

out float side;

uniform sampler2D means;        // of colour and foreground along rows

const int Margin = 2 * Reach + 1;
const int Step = 2 * Reach + 1; // a mean tells of so many cells
const float All = 0.9999;       // a sum of shares is not exactly 1

void main()
{
    ivec2 first = ivec2(gl_FragCoord.xy) * TileSide;
    int last = TileSide + Margin - 1 - Reach;
    float least = 1.0, most = 0.0;
    for (int y = -Margin; y < TileSide + Margin; y++)
    {
        for (int x = Reach - Margin; x < last + Step; x += Step)
        {
            float p = texelFetch(means, inside(means, first + ivec2(min(x, last), y)), 0).a;
            least = min(least, p);
            most = max(most, p);
        }
    }

    side = most == 0.0 ? 0.0 : least > All ? 1.0 : 0.5;
}
