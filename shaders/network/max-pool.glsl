vec4 at(int block, int y, int x)
{
    vec4 most = vec4(uintBitsToFloat(0xff800000u)); // -infinity
    for (int ky = 0; ky < kernelH; ky++)
    {
        int row = y * strideY - padTop + ky * dilationY;
        if (row < 0 || row >= inH0) continue;
        for (int kx = 0; kx < kernelW; kx++)
        {
            int column = x * strideX - padLeft + kx * dilationX;
            if (column >= 0 && column < inW0) most = max(most, read(in0 + (block * inH0 + row) * inW0 + column));
        }
    }

    return most;
}
