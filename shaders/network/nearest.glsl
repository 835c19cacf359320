float place(int i, float scale, float centre)
{
    return (float(i) + centre) / scale - centre;
}

int cell(float at, int cells)
{
    float whole = rounding == 0 ? ceil(at - 0.5) : rounding == 1 ? floor(at + 0.5) : rounding == 2 ? floor(at) : ceil(at);
    return clamp(int(whole), 0, cells - 1);
}

vec4 at(int block, int y, int x)
{
    int row = cell(place(y, scaleY, centreY), inH0), column = cell(place(x, scaleX, centreX), inW0);
    return read(in0 + (block * inH0 + row) * inW0 + column);
}
