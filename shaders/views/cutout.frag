#version 330 core
// The foreground alone: on the checkerboard that stands for "nothing", or with nothing as alpha 0 (not premultiplied, as encoders want it).
#include "view.glsl"

uniform float transparent;

void main()
{
    vec3 picture = texture(frame, uv).rgb;
    float kept = classColor(uv).a;
    ivec2 square = ivec2(gl_FragCoord.xy) / 12;
    vec3 checker = vec3(((square.x + square.y) & 1) == 0 ? 0.42 : 0.58);
    color = transparent > 0.5 ? vec4(picture, kept) : vec4(mix(checker, picture, kept), 1.0);
}
