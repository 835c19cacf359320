int cell(float place, int cells)
{
    float whole = rounding == 0 ? ceil(place - 0.5) : rounding == 1 ? floor(place + 0.5) : rounding == 2 ? floor(place) : ceil(place);
    return clamp(int(whole), 0, cells - 1);
}

vec4 at(int block, int y, int x)
{
    int row = cell(float(y) * stepY + firstY, inH0), column = cell(float(x) * stepX + firstX, inW0);
    return read(in0 + (block * inH0 + row) * inW0 + column);
}
