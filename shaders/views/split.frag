#version 330 core
// The image and its overlay side by side, each whole and at half size.
#include "view.glsl"

void main()
{
    vec2 at = vec2(fract(uv.x * 2.0), uv.y * 2.0 - 0.5);
    bool outside = at.y < 0.0 || at.y > 1.0;
    vec3 shown = uv.x < 0.5 ? texture(frame, at).rgb : tinted(at);
    color = vec4(outside ? vec3(0.06) : shown, 1.0);
}
