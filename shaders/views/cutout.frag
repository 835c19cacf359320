#version 330 core
// The foreground alone: on a checkerboard, or on alpha 0 (not premultiplied, as encoders expect).
#include "view.glsl"

uniform float transparent;

void main()
{
    vec3 image = texture(frame, uv).rgb;
    float kept = classColor(uv).a;
    ivec2 square = ivec2(gl_FragCoord.xy) / 12;
    vec3 checker = vec3(((square.x + square.y) & 1) == 0 ? 0.42 : 0.58);
    color = transparent > 0.5 ? vec4(image, kept) : vec4(mix(checker, image, kept), 1.0);
}
