#version 330 core
// Mean of the planes of all windows that a cell lies in, along rows or columns.
#include "matte.glsl"

out vec4 plane;

uniform sampler2D planes;
uniform vec2 along;

void main()
{
    ivec2 here = ivec2(gl_FragCoord.xy), direction = ivec2(along);
    plane = vec4(0.0);
    for (int i = -Reach; i <= Reach; i++) plane += texelFetch(planes, inside(planes, here + direction * i), 0);
    plane /= float(2 * Reach + 1);
}
