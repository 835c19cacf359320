#version 330 core
// Tiles far from edges, in place of the fit, whose plane is level there, and of the matte.
flat in float side;

layout(location = 0) out vec4 plane;
layout(location = 1) out vec4 front;
layout(location = 2) out vec4 behind;

uniform float matte;            // 1 to draw the matte, which is the only value

void main()
{
    plane = vec4(side * matte, 0.0, 0.0, side);
    front = behind = vec4(0.0); // no pixel there is mixed
}
