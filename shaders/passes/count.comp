// How many pixels have each label.
uniform usampler2D counted;
layout(std430, binding = 2) buffer Counts { uint counts[]; };
uniform int p[8];

void main()
{
    ivec2 size = ivec2(p[0], p[1]);
    int i = invocation();
    if (i >= size.x * size.y) return;
    atomicAdd(counts[texelFetch(counted, ivec2(i % size.x, i / size.x), 0).r], 1u);
}
