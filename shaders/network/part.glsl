// Cells of a map, and around it: a number, its edge or its reflection.
vec4 at(int block, int y, int x)
{
    int row = y + top, column = x + left;
    if (outside == 0 && (row < 0 || row >= inH0 || column < 0 || column >= inW0)) return vec4(constant);
    return read(in0 + (block * inH0 + inside(row, inH0, outside)) * inW0 + inside(column, inW0, outside));
}
