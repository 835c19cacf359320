vec4 at(int block, int y, int x)
{
    vec4 v = read(in0 + y * outW + x);
    return vec4(v[channel0], v[channel1], v[channel2], v[channel3]);
}
