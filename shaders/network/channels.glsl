vec4 at(int block, int y, int x)
{
    vec4 v = vec4(0.0);
    for (int lane = 0; lane < 4; lane++)
    {
        int channel = firstChannel + block * 4 + lane;
        if (channel < inC0) v[lane] = read(in0 + (channel / 4 * inH0 + y) * inW0 + x)[channel % 4];
    }

    return v;
}
