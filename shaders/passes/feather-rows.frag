#version 330 core
// First half of the feather: along rows.
#include "feather.glsl"

out float stretch;

void main()
{
    stretch = mean();
}
