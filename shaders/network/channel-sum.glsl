// The sum over all channels, or with a factor their mean.
vec4 at(int block, int y, int x)
{
    int area = inH0 * inW0, cell = y * inW0 + x;
    float sum = 0.0;
    for (int c = 0; c < inC0; c++)
    {
        float v = read(in0 + c / 4 * area + cell)[c % 4];
        sum += v;
    }

    return vec4(sum * factor);
}
