// What the network reads, of a frame: the mean over each new pixel's area where it shrinks, bilinear where it grows; mid-grey bars
// around it, or only its middle. Areas are counted in whole numbers: pixel i of n covers i·m to (i + 1)·m, new pixel j of m covers j·n to
// (j + 1)·n.
uniform sampler2D frame;
layout(binding = 0, rgba8) writeonly uniform image2D fitted;
uniform int p[8];

const float MidGrey = 127.0;

vec3 bytes(ivec2 at)
{
    return floor(texelFetch(frame, at, 0).rgb * 255.0 + 0.5);
}

// Exact for frames of up to 16 million pixels: rows are whole numbers that floats hold. A half is rounded up, as on the CPU.
vec3 area(ivec2 at, ivec2 image, ivec2 scaled)
{
    ivec2 first = at * image / scaled, end = min(((at + 1) * image + scaled - 1) / scaled, image);
    uvec3 sum = uvec3(0u);
    for (int y = first.y; y < end.y; y++)
    {
        vec3 row = vec3(0.0);
        for (int x = first.x; x < end.x; x++)
        {
            int share = min((x + 1) * scaled.x, (at.x + 1) * image.x) - max(x * scaled.x, at.x * image.x);
            row += float(share) * bytes(ivec2(x, y));
        }

        int share = min((y + 1) * scaled.y, (at.y + 1) * image.y) - max(y * scaled.y, at.y * image.y);
        sum += uint(share) * uvec3(row);
    }

    uint all = uint(image.x) * uint(image.y);
    return vec3((sum + all / 2u) / all);
}

// OpenCV's rule for bytes: weights in 2048ths, sums in whole numbers.
const int One = 2048;

// Along one side of n pixels that become m: the neighbour before new pixel j, -1 at the edge, and the weight of the one after it.
ivec2 neighbour(int j, int n, int m)
{
    int place = (2 * j + 1) * n - m, whole = 2 * m; // the middle of j is at place / whole
    int low = place < 0 ? -1 : place / whole, part = place - low * whole;
    return ivec2(low, (2 * One * part + whole) / (2 * whole));
}

vec3 bilinear(ivec2 at, ivec2 image, ivec2 scaled)
{
    ivec2 x = neighbour(at.x, image.x, scaled.x), y = neighbour(at.y, image.y, scaled.y);
    if (x[0] < 0 || x[0] >= image.x - 1) x[1] = 0; // at the edge, a column has all the weight, a row twice a part of it
    int left = max(x[0], 0), right = min(x[0] + 1, image.x - 1), above = max(y[0], 0), below = min(y[0] + 1, image.y - 1);
    ivec3 top = ivec3(bytes(ivec2(left, above))) * (One - x[1]) + ivec3(bytes(ivec2(right, above))) * x[1];
    ivec3 bottom = ivec3(bytes(ivec2(left, below))) * (One - x[1]) + ivec3(bytes(ivec2(right, below))) * x[1];
    return vec3((((One - y[1]) * (top >> 4) >> 16) + (y[1] * (bottom >> 4) >> 16) + 2) >> 2);
}

void main()
{
    ivec2 image = ivec2(p[0], p[1]), scaled = ivec2(p[2], p[3]), offset = ivec2(p[4], p[5]), size = ivec2(p[6], p[7]);
    int i = invocation();
    if (i >= size.x * size.y) return;
    ivec2 pixel = ivec2(i % size.x, i / size.x), at = pixel - offset;
    vec3 color = vec3(MidGrey);
    if (all(greaterThanEqual(at, ivec2(0))) && all(lessThan(at, scaled)))
        color = image.x > scaled.x ? area(at, image, scaled) : bilinear(at, image, scaled);
    imageStore(fitted, pixel, vec4(color / 255.0, 1.0));
}
