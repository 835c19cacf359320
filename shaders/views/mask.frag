#version 330 core
// The classes alone.
#include "view.glsl"

void main()
{
    color = vec4(classColor(uv).rgb, 1.0);
}
