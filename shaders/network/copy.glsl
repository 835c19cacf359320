vec4 at(int block, int y, int x)
{
    return read(in0 + (block * outH + y) * outW + x);
}
