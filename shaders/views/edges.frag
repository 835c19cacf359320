#version 330 core
// Outlines of the classes: a pixel is on one if a neighbour a line's width away has another class.
#include "view.glsl"

uniform vec2 lineWidth;         // in uv

uint labelAt(vec2 at)
{
    ivec2 size = textureSize(labels, 0);
    return texelFetch(labels, clamp(ivec2(at * vec2(size)), ivec2(0), size - 1), 0).r;
}

void main()
{
    uint here = labelAt(uv);
    uint right = labelAt(uv + vec2(lineWidth.x, 0.0)), left = labelAt(uv - vec2(lineWidth.x, 0.0));
    uint below = labelAt(uv + vec2(0.0, lineWidth.y)), above = labelAt(uv - vec2(0.0, lineWidth.y));
    bool edge = here != right || here != left || here != below || here != above;
    // The class's colour, lifted, so that dark ones show on dark images.
    vec3 line = mix(classColor(uv).rgb, vec3(1.0), 0.35);
    color = vec4(edge ? mix(texture(frame, uv).rgb, line, max(opacity, 0.6)) : texture(frame, uv).rgb, 1.0);
}
