// Cells of a map, and around it: a number, its edge or its reflection.
int within(int i, int cells)
{
    if (outside == 2) i = i < 0 ? -i : i >= cells ? 2 * (cells - 1) - i : i;
    return clamp(i, 0, cells - 1);
}

vec4 at(int block, int y, int x)
{
    int row = y + top, column = x + left;
    if (outside == 0 && (row < 0 || row >= inH0 || column < 0 || column >= inW0)) return vec4(constant);
    return read(in0 + (block * inH0 + within(row, inH0)) * inW0 + within(column, inW0));
}
