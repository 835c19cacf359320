#version 330 core
// The foreground alone: on a checkerboard, on a colour, or on alpha 0 (not premultiplied, as encoders expect).
#include "view.glsl"

uniform float transparent;
uniform vec4 ground;            // alpha 0 for the checkerboard

void main()
{
    float kept = foreground(uv);
    vec3 image = unmixed(uv, kept);
    ivec2 square = ivec2(gl_FragCoord.xy) / 12;
    vec3 checker = vec3(((square.x + square.y) & 1) == 0 ? 0.42 : 0.58);
    vec3 under = mix(checker, ground.rgb, ground.a);
    color = transparent > 0.5 ? vec4(image, kept) : vec4(mix(under, image, kept), 1.0);
}
