#version 330 core
// Means along rows of what the filter is made of: colour and foreground, their products, and products of colours.
#include "matte.glsl"

layout(location = 0) out vec4 means;        // r, g, b, p
layout(location = 1) out vec4 products;     // rp, gp, bp, rr
layout(location = 2) out vec4 others;       // rg, rb, gg, gb
layout(location = 3) out float last;        // bb

uniform sampler2D cells;
uniform float threshold;

const float Contrast = 2.0;     // of the probability: a network that is fairly sure is sure

void main()
{
    ivec2 here = ivec2(gl_FragCoord.xy);
    means = products = others = vec4(0.0);
    last = 0.0;
    for (int i = -Reach; i <= Reach; i++)
    {
        vec4 c = texelFetch(cells, inside(cells, here + ivec2(i, 0)), 0);
        c.a = clamp((c.a - threshold) * Contrast + 0.5, 0.0, 1.0);
        means += c;
        products += vec4(c.rgb * c.a, c.r * c.r);
        others += vec4(c.r * c.gb, c.g * c.gb);
        last += c.b * c.b;
    }

    float share = 1.0 / float(2 * Reach + 1);
    means *= share;
    products *= share;
    others *= share;
    last *= share;
}
