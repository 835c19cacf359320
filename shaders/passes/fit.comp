// What the network reads, of a frame: the mean over each new pixel's area where it shrinks, bilinear where it grows; mid-grey bars
// around it, or only its middle. Areas are counted in whole numbers: pixel i of n covers i·m to (i + 1)·m, new pixel j of m covers j·n
// to (j + 1)·n.
uniform sampler2D frame;
layout(binding = 0, rgba8) writeonly uniform image2D fitted;
uniform int p[8];

const float MidGrey = 127.0;

vec3 bytes(ivec2 at)
{
    return floor(texelFetch(frame, at, 0).rgb * 255.0 + 0.5);
}

float share(int pixel, int j, int n, int m)
{
    return float(min((pixel + 1) * m, (j + 1) * n) - max(pixel * m, j * n)) / float(n);
}

// Sums in the order and with the rounding of the CPU's: a network in integers takes a byte that differs for another image.
vec3 area(ivec2 at, ivec2 image, ivec2 scaled)
{
    ivec2 first = at * image / scaled, end = min(((at + 1) * image + scaled - 1) / scaled, image);
    precise vec3 sum = vec3(0.0);
    for (int x = first.x; x < end.x; x++)
    {
        precise vec3 column = vec3(0.0);
        for (int y = first.y; y < end.y; y++)
            column += bytes(ivec2(x, y)) * share(y, at.y, image.y, scaled.y);
        sum += column * share(x, at.x, image.x, scaled.x);
    }

    return floor(min(sum, 255.0) + 0.5);
}

// OpenCV's rule for bytes: weights in 2048ths, sums in whole numbers.
const int Bits = 11;

// To whole numbers, halves to the even one.
int rounded(int value, int bits)
{
    int down = value >> bits, rest = value - (down << bits), twice = 2 * rest - (1 << bits);
    return down + int(twice > 0 || (twice == 0 && (down & 1) == 1));
}

// Along one side of n pixels that become m: the neighbour before new pixel j, -1 at the edge, its weight, and that of the one after it.
// The place between them is a float there: it has fewer bits for its fraction the farther it is.
ivec3 neighbour(int j, int n, int m)
{
    int whole = 2 * m, place = (2 * j + 1) * n - m, low = place < 0 ? -1 : place / whole, part = place - low * whole;
    int further = max(12 - max(findMSB(low), 0), 0); // bits of the fraction after the first eleven
    int head = (part << Bits) / whole, rest = ((part << Bits) - head * whole) << further, tail = rest / whole;
    int fraction = (head << further) + tail + int(2 * (rest - tail * whole) >= whole);
    return ivec3(low, rounded((1 << (Bits + further)) - fraction, further), rounded(fraction, further));
}

vec3 bilinear(ivec2 at, ivec2 image, ivec2 scaled)
{
    ivec3 x = neighbour(at.x, image.x, scaled.x), y = neighbour(at.y, image.y, scaled.y);
    if (x[0] < 0 || x[0] >= image.x - 1) x.yz = ivec2(1 << Bits, 0); // at the edge, a column has all the weight, a row two parts of it
    int left = max(x[0], 0), right = min(x[0] + 1, image.x - 1), above = max(y[0], 0), below = min(y[0] + 1, image.y - 1);
    ivec3 top = ivec3(bytes(ivec2(left, above))) * x[1] + ivec3(bytes(ivec2(right, above))) * x[2];
    ivec3 bottom = ivec3(bytes(ivec2(left, below))) * x[1] + ivec3(bytes(ivec2(right, below))) * x[2];
    return vec3(((y[1] * (top >> 4) >> 16) + (y[2] * (bottom >> 4) >> 16) + 2) >> 2);
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
