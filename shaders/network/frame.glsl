// The frame's bytes, B, G, R, as numbers from 0 to 255, and what lies around it, as in part.glsl.
uniform sampler2D frame;

vec4 at(int block, int y, int x)
{
    int row = y + top, column = x + left;
    if (outside == 0 && (row < 0 || row >= frameH || column < 0 || column >= frameW)) return vec4(vec3(constant), 0.0);
    ivec2 cell = ivec2(inside(column, frameW, outside), inside(row, frameH, outside));
    return vec4(roundEven(texelFetch(frame, cell, 0).bgr * 255.0), 0.0);
}
