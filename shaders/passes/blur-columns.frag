#version 330 core
// Second half of the background blur, normalised.
#include "view.glsl"
#include "blur.glsl"

uniform sampler2D rows;         // result of passes/blur-rows.frag

void main()
{
    vec4 sum = blurred(rows, ivec2(0, 1));
    color = vec4(sum.rgb / sum.a, 1.0);
}
