vec4 at(int block, int y, int x)
{
    int area = inH0 * inW0, cell = y * inW0 + x;
    float most = uintBitsToFloat(0xff800000u); // -infinity
    for (int c = 0; c < inC0; c++)
    {
        float v = read(in0 + c / 4 * area + cell)[c % 4];
        most = max(most, v);
    }

    return vec4(most);
}
