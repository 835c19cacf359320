// Labels and their probabilities from scores: bilinear enlargement, the class with the largest score, and its softmax probability; and
// that of all classes together that the palette shows.
layout(binding = 0, r8ui) writeonly uniform uimage2D labels;
layout(binding = 1, r8) writeonly uniform image2D confidence;
layout(binding = 2, r8) writeonly uniform image2D foreground;   // without an image there, nothing is written
uniform sampler2D palette;      // alpha by label, in a row

float place(int pixel, int cells)
{
    return clamp((float(pixel) + 0.5) / pitch - 0.5, 0.0, float(cells - 1));
}

void main()
{
    int i = invocation();
    if (i >= outH * outW) return;
    ivec2 pixel = ivec2(i % outW, i / outW);
    float right = place(pixel.x, inW0), down = place(pixel.y, inH0);
    int left = int(right), top = int(down);
    int beside = min(left + 1, inW0 - 1), bottom = min(top + 1, inH0 - 1);
    float r = right - float(left), b = down - float(top);
    vec4 scores[CLASS_BLOCKS];
    float best = uintBitsToFloat(0xff800000u); // -infinity
    int winner = 0;
    for (int block = 0; block < CLASS_BLOCKS; block++)
    {
        int start = in0 + block * inH0 * inW0;
        vec4 a0 = read(start + top * inW0 + left), a1 = read(start + top * inW0 + beside);
        vec4 b0 = read(start + bottom * inW0 + left), b1 = read(start + bottom * inW0 + beside);
        vec4 above = a0 + r * (a1 - a0), below = b0 + r * (b1 - b0);
        scores[block] = above + b * (below - above);
        for (int lane = 0; lane < 4; lane++)
        {
            if (block * 4 + lane < inC0 && scores[block][lane] > best)
            {
                best = scores[block][lane];
                winner = block * 4 + lane;
            }
        }
    }

    vec4 each = vec4(0.0), opaque = vec4(0.0);
    for (int block = 0; block < CLASS_BLOCKS; block++)
    {
        bvec4 isClass = lessThan(ivec4(0, 1, 2, 3) + block * 4, ivec4(inC0));
        vec4 e = mix(vec4(0.0), exp(scores[block] - best), isClass);
        each += e;
        for (int lane = 0; lane < 4; lane++) opaque[lane] += e[lane] * texelFetch(palette, ivec2(block * 4 + lane, 0), 0).a;
    }

    float rivals = each.x + each.y + each.z + each.w, shown = opaque.x + opaque.y + opaque.z + opaque.w;
    imageStore(labels, pixel, uvec4(uint(winner)));
    bool known = rivals > 0.0; // not if a score is no number
    imageStore(confidence, pixel, vec4(known ? floor(255.0 / rivals + 0.5) / 255.0 : 0.0));
    imageStore(foreground, pixel, vec4(known ? floor(255.0 * shown / rivals + 0.5) / 255.0 : 0.0));
}
