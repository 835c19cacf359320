#version 330 core
// Second half of the background blur: along columns, normalised, and the foreground over it.
#include "view.glsl"

uniform sampler2D rows;         // result of passes/blur-rows.frag

const int Radius = 8;

void main()
{
    float texel = 1.0 / float(textureSize(rows, 0).y);
    vec4 sum = vec4(0.0);
    for (int i = -Radius; i <= Radius; i++)
        sum += texture(rows, uv + vec2(0.0, float(i) * texel)) * exp(-float(i * i) / 32.0);
    color = vec4(mix(sum.rgb / sum.a, texture(frame, uv).rgb, classColor(uv).a), 1.0);
}
