// Inputs of every view. The masks are at the network's size, or at the image's after refinement.
in vec2 uv;
out vec4 color;

uniform sampler2D frame;        // the image as captured
uniform usampler2D labels;      // class of each pixel
uniform sampler2D confidence;   // its probability
uniform sampler2D tint;         // colour of each pixel's class, premultiplied; alpha 0 for background. In a view that washes, at the
                                // strength at which it lies over the image: less where the network is unsure
uniform sampler2D matte;        // share of foreground in each pixel of the image
uniform sampler2D front;        // mean colour of the foreground around it
uniform sampler2D behind;       // and of the background
uniform float opacity;

// Between mask pixels colours are interpolated, not labels: labels are names, and their mean would be another class.
vec4 classColor(vec2 at)
{
    return texture(tint, at);
}

// For views that wash.
vec3 tinted(vec2 at)
{
    vec4 over = classColor(at);
    return texture(frame, at).rgb * (1.0 - over.a) + over.rgb;
}

// How much of a pixel is foreground. Tiles in which that is all the same have it by the name Side, and read no texture for it.
float foreground(vec2 at)
{
#ifdef Side
    return Side;
#else
    return texture(matte, at).r;
#endif
}

// The foreground's own colour, without what of the background is mixed into an edge (Forte, "Approximate fast foreground colour
// estimation", 2021).
vec3 unmixed(vec2 at, float share)
{
#ifdef Side
    return texture(frame, at).rgb * Side;
#else
    vec3 f = texture(front, at).rgb, b = texture(behind, at).rgb, image = texture(frame, at).rgb;
    return clamp(f + share * (image - share * f - (1.0 - share) * b), 0.0, 1.0);
#endif
}
