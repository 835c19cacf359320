// Each result gathers the cells whose enlarged kernels reach it.
vec4 at(int block, int y, int x)
{
    vec4 sum = vec4(0.0);
    for (int ky = 0; ky < kernelH; ky++)
    {
        int down = y + padTop - ky * dilationY;
        if (down < 0 || down % strideY != 0 || down / strideY >= inH0) continue;
        for (int kx = 0; kx < kernelW; kx++)
        {
            int right = x + padLeft - kx * dilationX;
            if (right < 0 || right % strideX != 0 || right / strideX >= inW0) continue;
            for (int b = 0; b < inBlocks0; b++)
            {
                vec4 v = read(in0 + (b * inH0 + down / strideY) * inW0 + right / strideX);
                int k = kernels + (((block * inBlocks0 + b) * kernelH + ky) * kernelW + kx) * 4;
                sum += v.x * kernel(k) + v.y * kernel(k + 1) + v.z * kernel(k + 2) + v.w * kernel(k + 3);
            }
        }
    }

    return sum;
}
