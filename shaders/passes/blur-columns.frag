#version 330 core
// Second half of the background blur: along columns, normalised.
#include "view.glsl"
#include "blur.glsl"

uniform sampler2D rows;         // result of passes/blur-rows.frag

void main()
{
    float texel = 1.0 / float(textureSize(rows, 0).y);
    vec4 sum = vec4(0.0);
    for (int i = -reach(); i <= reach(); i++) sum += texture(rows, uv + vec2(0.0, float(i) * texel)) * weight(i);
    color = vec4(sum.rgb / sum.a, 1.0);
}
