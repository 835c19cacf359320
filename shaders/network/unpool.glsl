vec4 at(int block, int y, int x)
{
    int row = y / strideY, column = x / strideX;
    if (row >= inH0 || column >= inW0) return vec4(0.0);
    int cell = (block * inH0 + row) * inW0 + column;
    vec4 here = vec4((y % strideY) * kernelW + x % strideX);
    return mix(vec4(0.0), read(in0 + cell), equal(read(in1 + cell), here));
}
