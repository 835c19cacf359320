#version 330 core
// What the matte is made from, at four points of each cell: mean colour, less a half, which keeps sums of squares exact, and mean
// probability of foreground. Where a cell looks as in the frame before, it follows slowly.
in vec2 uv;
out vec4 cell;

uniform sampler2D frame;
uniform usampler2D labels;
uniform sampler2D confidence;   // probability of the label
uniform sampler2D scored;       // probability of foreground, if it is known
uniform sampler2D palette;      // 256 x 1; alpha 0 for background
uniform sampler2D before;       // cells of the frame before
uniform vec2 cells;             // how many there are
uniform vec2 offset;            // of a label in "scored"
uniform float known;            // whether "scored" is
uniform float rivals;           // share of what is left of a label's probability that its counterpart has: all, of two classes
uniform float kept;             // share of the frame before

const int Points = 2;           // along each side
const uint Unlabelled = 255u;
const float Noise = 18.0 / 255.0;

float foreground(ivec2 at)
{
    uint label = texelFetch(labels, at, 0).r;
    if (label == Unlabelled) return 0.0;
    bool shown = texelFetch(palette, ivec2(label, 0), 0).a > 0.5;
    float rest = (1.0 - texelFetch(confidence, at, 0).r) * rivals;
    if (known < 0.5) return shown ? 1.0 - rest : rest;
    float p = texelFetch(scored, at + ivec2(offset), 0).r;
    if (kept == 0.0) return p;
    return shown ? max(p, 0.5) : min(p, 0.5); // as the smoothed label has it
}

void main()
{
    ivec2 here = ivec2(gl_FragCoord.xy);
    vec2 image = vec2(textureSize(frame, 0)), mask = vec2(textureSize(labels, 0));
    vec4 sum = vec4(0.0);
    for (int y = 0; y < Points; y++)
    {
        for (int x = 0; x < Points; x++)
        {
            vec2 at = (vec2(here) + (vec2(x, y) + 0.5) / float(Points)) / cells;
            sum += vec4(texelFetch(frame, ivec2(at * image), 0).rgb - 0.5, foreground(ivec2(at * mask)));
        }
    }

    cell = sum / float(Points * Points);
    if (kept == 0.0) return;
    vec4 then = texelFetch(before, here, 0);
    vec3 apart = abs(cell.rgb - then.rgb);
    if (apart.r + apart.g + apart.b <= Noise) cell = mix(cell, then, kept);
}
