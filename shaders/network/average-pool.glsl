vec4 at(int block, int y, int x)
{
    vec4 sum = vec4(0.0);
    int cells = 0;
    for (int ky = 0; ky < kernelH; ky++)
    {
        int row = y * strideY - padTop + ky * dilationY;
        if (row < 0 || row >= inH0) continue;
        for (int kx = 0; kx < kernelW; kx++)
        {
            int column = x * strideX - padLeft + kx * dilationX;
            if (column < 0 || column >= inW0) continue;
            sum += read(in0 + (block * inH0 + row) * inW0 + column);
            cells++;
        }
    }

    return sum / float(includesPads != 0 ? kernelH * kernelW : cells);
}
