// A feature map is a list of texels: blocks of four channels, then rows, then columns. Texel 0 of all maps' memory is zero: what lies
// outside a map is read there.
layout(std430, binding = 0) writeonly buffer Maps { vec4 data[]; };
uniform samplerBuffer maps;     // the same memory, for reading
uniform samplerBuffer weights;
uniform int p[PARAMETERS];
uniform float f[PARAMETERS];

vec4 read(int at)
{
    return texelFetch(maps, at);
}

vec4 kernel(int at)
{
    return texelFetch(weights, at);
}
