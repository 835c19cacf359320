// One kernel for each channel.
vec4 at(int block, int y, int x)
{
    vec4 sum = vec4(0.0);
    int top = y * strideY - padTop, left = x * strideX - padLeft;
    for (int ky = 0; ky < kernelH; ky++)
    {
        int row = top + ky * dilationY;
        if (row < 0 || row >= inH0) continue;
        for (int kx = 0; kx < kernelW; kx++)
        {
            int column = left + kx * dilationX;
            if (column < 0 || column >= inW0) continue;
            sum += read(in0 + (block * inH0 + row) * inW0 + column) * kernel(kernels + (block * kernelH + ky) * kernelW + kx);
        }
    }

    return sum;
}
