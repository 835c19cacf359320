// Some channels of the input for some of the output: as kernels lie in blocks of four inputs, each output channel looks for its own.
vec4 at(int block, int y, int x)
{
    vec4 sum = vec4(0.0);
    int inBlocks = (groupIn + 3) / 4;
    for (int lane = 0; lane < 4; lane++)
    {
        int first = (block * 4 + lane) / groupOut * groupIn;
        for (int i = 0; i < groupIn; i++)
        {
            int channel = first + i, from = in0 + channel / 4 * inH0 * inW0;
            if (channel >= inC0) continue;
            for (int k = 0; k < kernelH * kernelW; k++)
            {
                int ky = k / kernelW, kx = k % kernelW;
                int row = y * strideY - padTop + ky * dilationY, column = x * strideX - padLeft + kx * dilationX;
                if (row < 0 || row >= inH0 || column < 0 || column >= inW0) continue;
                int place = (((block * inBlocks + i / 4) * kernelH + ky) * kernelW + kx) * 4 + i % 4;
                sum[lane] += read(from + row * inW0 + column)[channel % 4] * kernel(kernels + place)[lane];
            }
        }
    }

    return sum;
}
