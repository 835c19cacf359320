// How many cells of a window's row or column lie from low to below high.
int counted(int start, int cells, int dilation, int low, int high)
{
    int first = (max(low - start, 0) + dilation - 1) / dilation, end = (max(high - start, 0) + dilation - 1) / dilation;
    return max(min(end, cells) - first, 0);
}

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
            if (column >= 0 && column < inW0) sum += read(in0 + (block * inH0 + row) * inW0 + column);
        }
    }

    int rows = counted(top, kernelH, dilationY, firstRow, endRow), columns = counted(left, kernelW, dilationX, firstColumn, endColumn);
    return sum / float(rows * columns);
}
