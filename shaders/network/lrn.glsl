vec4 at(int block, int y, int x)
{
    vec4 sum = vec4(0.0);
    int area = inH0 * inW0, cell = y * inW0 + x;
    for (int lane = 0; lane < 4; lane++)
    {
        int channel = block * 4 + lane;
        for (int c = max(0, channel - before); c <= min(inC0 - 1, channel + after); c++)
        {
            float v = read(in0 + c / 4 * area + cell)[c % 4];
            sum[lane] += v * v;
        }
    }

    return read(in0 + block * area + cell) / pow(bias + share * sum, vec4(beta));
}
