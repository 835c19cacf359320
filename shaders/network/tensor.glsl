// A feature map is a list of texels: blocks of four channels, then rows, then columns. Texel 0 of all maps' memory is zero: what lies
// outside a map is read there.
#ifdef HALF
layout(std430, binding = 0) writeonly buffer Maps { uvec2 data[]; };
#else
layout(std430, binding = 0) writeonly buffer Maps { vec4 data[]; };
#endif
uniform samplerBuffer maps;     // the same memory, for reading
uniform samplerBuffer weights;
uniform int p[PARAMETERS];
uniform float f[PARAMETERS];

void write(int at, vec4 v)
{
#ifdef HALF
    v = clamp(v, -65504.0, 65504.0);
    data[at] = uvec2(packHalf2x16(v.xy), packHalf2x16(v.zw));
#else
    data[at] = v;
#endif
}

vec4 read(int at)
{
    return texelFetch(maps, at);
}

vec4 kernel(int at)
{
    return texelFetch(weights, at);
}
