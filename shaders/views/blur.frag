#version 330 core
// The foreground on its own background, blurred.
#include "view.glsl"

uniform sampler2D columns;      // result of passes/blur-columns.frag

void main()
{
    color = vec4(mix(texture(columns, uv).rgb, texture(frame, uv).rgb, foreground(uv)), 1.0);
}
