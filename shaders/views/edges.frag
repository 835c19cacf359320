#version 330 core
// Outlines of the classes that are shown: a pixel is on one if a neighbour a line's width away has another class.
#include "view.glsl"

uniform vec2 lineWidth;         // in uv

const uint None = 256u;         // all classes that are not shown are one

ivec2 texelAt(vec2 at)
{
    ivec2 size = textureSize(labels, 0);
    return clamp(ivec2(at * vec2(size)), ivec2(0), size - 1);
}

uint labelAt(vec2 at)
{
    ivec2 texel = texelAt(at);
    return texelFetch(tint, texel, 0).a > 0.0 ? texelFetch(labels, texel, 0).r : None;
}

void main()
{
    vec2 x = vec2(lineWidth.x, 0.0), y = vec2(0.0, lineWidth.y);
    vec2 around[4] = vec2[](uv + x, uv - x, uv + y, uv - y);
    uint here = labelAt(uv);
    bool edge = false;
    vec2 colored = uv;          // where the line's colour is from: here, or the shown class next to here
    for (int i = 0; i < 4; i++)
    {
        uint other = labelAt(around[i]);
        if (other == here) continue;
        edge = true;
        if (here == None) colored = around[i];
    }

    // The class's colour, lifted, so that dark ones show on dark images.
    vec3 line = mix(texelFetch(tint, texelAt(colored), 0).rgb, vec3(1.0), 0.35);
    vec3 image = texture(frame, uv).rgb;
    color = vec4(edge ? mix(image, line, max(opacity, 0.6)) : image, 1.0);
}
