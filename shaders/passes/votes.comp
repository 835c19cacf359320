// A frame's labels from the network's: each pixel's votes over time, as by TemporalSmoother, and what flickered, as by FlickerMeter.
// Pixels that the network did not read get the label that no class has.
layout(binding = 0, r8ui) readonly uniform uimage2D newLabels;      // at the network's size
layout(binding = 1, r8) readonly uniform image2D newConfidence;
layout(binding = 2, r8ui) uniform uimage2D labels;                  // of the frame before, then of this one
layout(binding = 3, r8) writeonly uniform image2D confidence;
layout(binding = 4, r16ui) uniform uimage2D votes;
layout(binding = 5, r8ui) readonly uniform uimage2D moved;
layout(std430, binding = 2) buffer Counts { uint counts[]; };       // still pixels, and those that changed class
uniform int p[8];

const int Reach = 2;            // pixels around one that moves which count as moving
const uint Unlabelled = 255u;

// Neighbours are counted along the rows, from one row into the next, as the CPU does.
bool isStill(int i, ivec2 size)
{
    for (int dy = -Reach; dy <= Reach; dy++)
    {
        int row = i + dy * size.x;
        if (row < 0 || row >= size.x * size.y) continue;
        for (int at = max(row - Reach, 0); at <= min(row + Reach, size.x * size.y - 1); at++)
        {
            if (imageLoad(moved, ivec2(at % size.x, at / size.x)).r != 0u) return false;
        }
    }

    return true;
}

void main()
{
    ivec2 size = ivec2(p[0], p[1]), offset = ivec2(p[2], p[3]);
    uint cap = uint(p[4]);
    bool follows = p[5] != 0;   // there is a frame before this one
    int i = invocation();
    if (i >= size.x * size.y) return;
    ivec2 pixel = ivec2(i % size.x, i / size.x), at = pixel + offset;
    bool seen = all(greaterThanEqual(at, ivec2(0))) && all(lessThan(at, imageSize(newLabels)));
    uint label = seen ? imageLoad(newLabels, at).r : Unlabelled;
    uint sure = seen ? uint(imageLoad(newConfidence, at).r * 255.0 + 0.5) : 0u;
    uint held = imageLoad(labels, pixel).r, before = imageLoad(votes, pixel).r, after = sure;
    bool still = follows && isStill(i, size);
    if (cap > 0u && still && label == held)
    {
        after = min(cap, before + sure);
    }
    else if (cap > 0u && still && before >= sure)
    {
        after = before - sure;
        label = held;
        sure = min(sure, 255u - sure); // the held class is at best the runner-up
    }

    imageStore(labels, pixel, uvec4(label));
    imageStore(confidence, pixel, vec4(float(sure) / 255.0));
    imageStore(votes, pixel, uvec4(after));
    if (!still) return;
    atomicAdd(counts[0], 1u);
    if (label != held) atomicAdd(counts[1], 1u);
}
