// The channels of one map, then those of another.
vec4 at(int block, int y, int x)
{
    int cell = y * outW + x, area = outH * outW;
    if (block * 4 + 4 <= firstChannels) return read(in0 + block * area + cell);
    if (block * 4 >= firstChannels && firstChannels % 4 == 0) return read(in1 + (block - firstChannels / 4) * area + cell);
    vec4 v = vec4(0.0);
    for (int lane = 0; lane < 4; lane++)
    {
        int channel = block * 4 + lane, other = channel - firstChannels;
        if (other < 0) v[lane] = read(in0 + block * area + cell)[lane];
        else if (other < inC1) v[lane] = read(in1 + other / 4 * area + cell)[other % 4];
    }

    return v;
}
