// The frame's bytes, B, G, R, as numbers from 0 to 255.
uniform sampler2D frame;

vec4 at(int block, int y, int x)
{
    return vec4(roundEven(texelFetch(frame, ivec2(x, y), 0).bgr * 255.0), 0.0);
}
