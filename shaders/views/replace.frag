#version 330 core
// The foreground on a backdrop, which fills the frame at its own aspect.
#include "view.glsl"

uniform sampler2D backdrop;

void main()
{
    vec2 own = vec2(textureSize(backdrop, 0)), shown = vec2(textureSize(frame, 0));
    vec2 ratio = shown / own;
    vec2 at = (uv - 0.5) * ratio / max(ratio.x, ratio.y) + 0.5;
    float kept = foreground(uv);
    color = vec4(mix(texture(backdrop, at).rgb, unmixed(uv, kept), kept), 1.0);
}
