// Labels and their probabilities from maps of one channel each.
layout(binding = 0, r8ui) writeonly uniform uimage2D labels;
layout(binding = 1, r8) writeonly uniform image2D confidence;

void main()
{
    int i = invocation();
    if (i >= outH * outW) return;
    ivec2 cell = ivec2(i % outW, i / outW);
    imageStore(labels, cell, uvec4(uint(read(in0 + i).x)));
    imageStore(confidence, cell, vec4(read(in1 + i).x / 255.0));
}
