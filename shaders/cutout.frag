#version 330 core
// The foreground alone, on the checkerboard that stands for "nothing".
#include "view.glsl"

void main()
{
    ivec2 square = ivec2(gl_FragCoord.xy) / 12;
    vec3 checker = vec3(((square.x + square.y) & 1) == 0 ? 0.42 : 0.58);
    color = vec4(mix(checker, texture(frame, uv).rgb, classColor(uv).a), 1.0);
}
