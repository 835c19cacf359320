#version 330 core
// Class colours over the image.
#include "view.glsl"

void main()
{
    color = vec4(tinted(uv), 1.0);
}
