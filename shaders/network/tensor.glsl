// A feature map is a list of texels: blocks of four channels, then rows, then columns. Texel 0 of all maps' memory is zero: what lies
// outside a map is read there.
#ifdef HALF
layout(rgba16f, binding = 6) writeonly uniform imageBuffer stored;
#else
layout(rgba32f, binding = 6) writeonly uniform imageBuffer stored;
#endif
uniform samplerBuffer maps;     // the same memory, for reading
uniform samplerBuffer weights;
uniform samplerBuffer operands; // in 32 bits always: what is added to sums of codes is as large as they are
uniform int p[PARAMETERS];
uniform float f[PARAMETERS];

void write(int at, vec4 v)
{
#ifdef HALF
    v = clamp(v, -65504.0, 65504.0);
#endif
    imageStore(stored, at, v);
}

vec4 read(int at)
{
    return texelFetch(maps, at);
}

vec4 kernel(int at)
{
    return texelFetch(weights, at);
}

vec4 operand(int at)
{
    return texelFetch(operands, at);
}

// The row or column that stands for one which may lie outside a map: by rule 2 its mirror image, else the one at the edge.
int inside(int i, int cells, int rule)
{
    if (rule == 2) i = i < 0 ? -i : i >= cells ? 2 * (cells - 1) - i : i;
    return clamp(i, 0, cells - 1);
}
