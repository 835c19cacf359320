// What the network reads, of a frame: the mean over each new pixel's area where it shrinks, bilinear where it grows; mid-grey bars
// around it, or only its middle. Areas are counted in whole numbers: pixel i of n covers i·m to (i + 1)·m, new pixel j of m covers j·n to
// (j + 1)·n.
uniform sampler2D frame;
layout(binding = 0, rgba8) writeonly uniform image2D fitted;
uniform int p[8];

const float MidGrey = 127.0;

vec3 area(ivec2 at, ivec2 image, ivec2 scaled)
{
    ivec2 first = at * image / scaled, end = min(((at + 1) * image + scaled - 1) / scaled, image);
    vec3 sum = vec3(0.0);
    for (int y = first.y; y < end.y; y++)
    {
        vec3 row = vec3(0.0);
        for (int x = first.x; x < end.x; x++)
        {
            int share = min((x + 1) * scaled.x, (at.x + 1) * image.x) - max(x * scaled.x, at.x * image.x);
            row += float(share) * texelFetch(frame, ivec2(x, y), 0).rgb;
        }

        int share = min((y + 1) * scaled.y, (at.y + 1) * image.y) - max(y * scaled.y, at.y * image.y);
        sum += float(share) * row;
    }

    return sum * 255.0 / (float(image.x) * float(image.y));
}

vec3 bilinear(ivec2 at, ivec2 image, ivec2 scaled)
{
    vec2 place = clamp((vec2(at) + 0.5) * vec2(image) / vec2(scaled) - 0.5, vec2(0.0), vec2(image - 1));
    ivec2 low = ivec2(place), high = min(low + 1, image - 1);
    vec2 part = place - vec2(low);
    vec3 top = mix(texelFetch(frame, low, 0).rgb, texelFetch(frame, ivec2(high.x, low.y), 0).rgb, part.x);
    vec3 bottom = mix(texelFetch(frame, ivec2(low.x, high.y), 0).rgb, texelFetch(frame, high, 0).rgb, part.x);
    return mix(top, bottom, part.y) * 255.0;
}

void main()
{
    ivec2 image = ivec2(p[0], p[1]), scaled = ivec2(p[2], p[3]), offset = ivec2(p[4], p[5]), size = ivec2(p[6], p[7]);
    int i = invocation();
    if (i >= size.x * size.y) return;
    ivec2 pixel = ivec2(i % size.x, i / size.x), at = pixel - offset;
    vec3 color = vec3(MidGrey);
    if (all(greaterThanEqual(at, ivec2(0))) && all(lessThan(at, scaled)))
        color = floor((image.x > scaled.x ? area(at, image, scaled) : bilinear(at, image, scaled)) + 0.5);
    imageStore(fitted, pixel, vec4(color / 255.0, 1.0));
}
