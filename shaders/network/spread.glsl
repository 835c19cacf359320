// What has one channel, row or column is repeated.
vec4 at(int block, int y, int x)
{
    int row = inH0 == 1 ? 0 : y, column = inW0 == 1 ? 0 : x;
    vec4 v = read(in0 + ((inC0 == 1 ? 0 : block) * inH0 + row) * inW0 + column);
    return inC0 == 1 ? v.xxxx : v;
}
