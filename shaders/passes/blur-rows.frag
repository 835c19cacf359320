#version 330 core
// First half of the background blur.
#include "view.glsl"
#include "blur.glsl"

uniform sampler2D shrunk;       // result of passes/blur-shrink.frag

void main()
{
    color = blurred(shrunk, ivec2(1, 0)) / float(2 * reach() + 1);
}
