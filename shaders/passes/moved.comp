// 1 for each pixel that differs from the frame before by more than noise: the sum over its three bytes.
uniform sampler2D frame;    // as fitted now
uniform sampler2D before;   // and as fitted then
layout(binding = 0, r8ui) writeonly uniform uimage2D moved;
uniform int p[8];

void main()
{
    ivec2 size = ivec2(p[0], p[1]), offset = ivec2(p[2], p[3]);
    int noise = p[4], i = invocation();
    if (i >= size.x * size.y) return;
    ivec2 pixel = ivec2(i % size.x, i / size.x), at = clamp(pixel + offset, ivec2(0), textureSize(frame, 0) - 1);
    vec3 apart = abs(texelFetch(frame, at, 0).rgb - texelFetch(before, at, 0).rgb) * 255.0;
    int sum = int(apart.r + apart.g + apart.b + 0.5);
    imageStore(moved, pixel, uvec4(sum > noise ? 1u : 0u));
}
